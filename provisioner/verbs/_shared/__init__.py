"""The parts that several verbs are composed of: reading, connecting, plan files."""
