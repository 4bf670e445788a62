"""compare: two environments, targets, runs or folders, field by field."""
