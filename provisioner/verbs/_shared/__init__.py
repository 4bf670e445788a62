"""The parts that several verbs use: reading, connecting, plan files."""
