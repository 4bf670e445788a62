"""compare: show the differences between two environments, targets, runs or folders by field."""
