"""The version of this package, as `pyproject.toml` has it too."""

VERSION = "0.1.0"
