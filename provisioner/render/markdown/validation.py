"""Render the diagnostics of `validate` as Markdown: the errors, and then the warnings."""

from provisioner.model.diagnostic import Severity
from provisioner.model.validation import Validation
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.markdown.room import LIMIT, clipped, fitted
from provisioner.render.markdown.syntax import details, escaped, fenced
from provisioner.render.validation import contents_told
from provisioner.render.values import plural

_SHARE = LIMIT // 2 - 2_000
"""The most bytes for the errors, and as many for the warnings."""


def validation_markdown(validation: Validation) -> str:
    """Return the diagnostics as Markdown of at most `room.LIMIT` bytes."""
    errors = [one for one in validation.diagnostics if one.severity is Severity.ERROR]
    others = [one for one in validation.diagnostics if one.severity is not Severity.ERROR]
    told = contents_told(validation) if validation.valid else f"{plural(len(errors), 'error')}"
    head = [f"### Validate: {escaped(told)}"]
    if errors:
        # Errors are not folded away, since nothing is done until they are gone.
        head += ["", *_told(diagnostics_text(errors))]
    if others:
        head += ["", *details(plural(len(others), "warning"), _told(diagnostics_text(others)))]
    return fitted(head, (), ())


def _told(text: str) -> list[str]:
    """Return the lines of a fence with a text, cut to its share of the comment."""
    return fenced(clipped(text.split("\n"), _SHARE), "text")
