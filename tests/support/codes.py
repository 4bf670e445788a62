"""Codes of no table, for tests of what is done with any code."""

from provisioner.model.code import Code


def code(summary: str) -> Code:
    """Return a code with this summary, which is its name as well."""
    return Code(summary, summary, "")
