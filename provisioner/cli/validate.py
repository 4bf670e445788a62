"""The command `provisioner validate` checks the manifests offline."""

import sys
from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.options import JSON, screen
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions
    from provisioner.verbs.validate import Validation


@named("validate", "provisioner validate --env prod")
@options.manifests(connects=False)
@formats(Shape.REPORT)
@options.screen_options
def command(*, run_options: "RunOptions", format: str) -> int:
    """Check the manifests in PATH (default: manifests), offline: no key, no network.

    Every mistake of every file is named at its line and column.
    """
    from provisioner.render.document import to_json
    from provisioner.verbs.validate import validate

    found = validate(run_options)
    screen().out(to_json(_document(found)) if format == JSON else _text(found))
    return DONE if found.valid else FAILED


def _text(found: "Validation") -> str:
    from provisioner.render.text import diagnostics_text

    told = diagnostics_text(found.diagnostics, colour=screen().colour(sys.stdout))
    return "\n".join(filter(None, [told, _summary(found) if found.valid else ""])) + "\n"


def _summary(found: "Validation") -> str:
    counts = {kind.replace("_", " "): count for kind, count in found.resources.items()}
    counts["document"] = found.documents
    named = [f"{n:,} {what}" + ("" if n == 1 else "s") for what, n in counts.items() if n]
    return f"Valid: {', '.join(named) or 'nothing but a Stack'}."


def _document(found: "Validation") -> dict[str, object]:
    from provisioner.render.document import FORMAT_VERSION, diagnostic_document

    return {
        "format_version": FORMAT_VERSION,
        "valid": found.valid,
        "resources": dict(found.resources),
        "documents": found.documents,
        "diagnostics": [diagnostic_document(one) for one in found.diagnostics],
    }
