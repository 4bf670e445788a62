"""Defines the names of environment variables that set options of the command line."""

from typing import Final

PREFIX: Final = "PROVISIONER_"
"""The prefix of every environment variable that sets an option."""
VARIABLE: Final = f"{PREFIX}VAR_"
"""The prefix of environment variables that set a variable of the Stack.

`PROVISIONER_VAR_region` sets the variable `region`.
"""
