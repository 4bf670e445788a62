"""Defines the names of environment variables that set options of the command line."""

from typing import Final

PREFIX: Final = "PROVISIONER_"
"""The prefix of the names of all these variables."""
VARIABLE: Final = f"{PREFIX}VAR_"
"""The prefix of environment variables that set a variable of the Stack:

`PROVISIONER_VAR_region`.
"""
