"""Names of environment variables that stand for options of the command line."""

from typing import Final

PREFIX: Final = "PROVISIONER_"
"""The names of all of them begin with it."""
VARIABLE: Final = f"{PREFIX}VAR_"
"""Stands before the name of a variable of the Stack, as in `PROVISIONER_VAR_region`."""
