"""Names of environment variables that stand for options of the command line."""

from typing import Final

PREFIX: Final = "PROVISIONER_"
"""The beginning of the names of all these variables."""
VARIABLE: Final = f"{PREFIX}VAR_"
"""The beginning of the names of variables that set a variable of the Stack:

`PROVISIONER_VAR_region`.
"""
