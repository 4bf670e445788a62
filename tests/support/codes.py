"""Codes of diagnostics that are in no table, for tests to which the code does not matter."""

from provisioner.model.code import Code


def code(summary: str) -> Code:
    """Return a code whose name and summary are both this text."""
    return Code(summary, summary, "")
