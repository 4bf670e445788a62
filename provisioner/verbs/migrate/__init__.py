"""migrate: move assistants to another target. `report` compares the targets, `run` migrates."""
