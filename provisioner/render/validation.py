"""Render the result of `validate` as text."""

from provisioner.model.validation import Validation
from provisioner.render.diagnostics import diagnostics_text


def validation_text(validation: Validation, *, colour: bool = False) -> str:
    """Return every diagnostic, and the numbers of declared resources if the manifests are valid."""
    told = diagnostics_text(validation.diagnostics, colour=colour)
    last = contents_told(validation) if validation.valid else ""
    return "\n".join(filter(None, [told, last])) + "\n"


def contents_told(validation: Validation) -> str:
    """Return what valid manifests declare, such as `Valid: 2 assistants, 5 documents.`."""
    counts = {kind.replace("_", " "): count for kind, count in validation.resources.items()}
    counts["document"] = validation.documents
    named = [f"{n:,} {what}" + ("" if n == 1 else "s") for what, n in counts.items() if n]
    return f"Valid: {', '.join(named) or 'nothing but a Stack'}."
