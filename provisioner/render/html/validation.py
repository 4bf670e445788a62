"""Render what `validate` found as a page: the errors, and then the warnings."""

from provisioner.model.diagnostic import Severity
from provisioner.model.validation import Validation
from provisioner.render.html.markup import Markup
from provisioner.render.html.page import page, told
from provisioner.render.validation import contents_told
from provisioner.render.values import plural


def validation_html(validation: Validation) -> str:
    """Return the diagnostics as one HTML document."""
    errors = [one for one in validation.diagnostics if one.severity is Severity.ERROR]
    others = [one for one in validation.diagnostics if one.severity is not Severity.ERROR]
    sections = {
        "errors": ("Errors", told(errors)),
        "warnings": ("Warnings", told(others)),
    }
    # Errors that stop any other command are shown by this page too, so the title names no command.
    title = (
        f"Validate: {contents_told(validation)}"
        if validation.valid
        else plural(len(errors), "error")
    )
    return page(title, Markup(""), sections)
