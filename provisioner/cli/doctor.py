"""The command `provisioner doctor` checks a setup and says what is wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.options import JSON, screen
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.model.finding import Condition
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named(
    "doctor",
    "provisioner doctor",
    "provisioner doctor --env prod --format json",
    "provisioner doctor --bundle report.json",
)
@options.manifests()
@options.ledger
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the structure of manifests and live objects for a bug report: no text, no id, no secret.",
)
@formats(Shape.REPORT)
@options.screen_options
def command(*, run_options: "RunOptions", bundle: Path | None, format: str) -> int:
    """Check a setup: manifests, target, key, server, clock, registry and ledger.

    Reads what a plan reads, and changes nothing. Exits 1 if something is wrong.
    """
    from provisioner.render import doctor as rendering
    from provisioner.render.document import to_json
    from provisioner.verbs.doctor import Seen, doctor

    seen, findings = Seen(), []
    for finding in doctor(run_options, seen):
        findings.append(finding)
        if format != JSON:
            screen().out(rendering.finding_text(finding))
    if format == JSON:
        screen().out(to_json(rendering.findings_document(findings)))
    else:
        screen().out(rendering.summary_text(findings))
    # Imported here: only a bug report needs it.
    if bundle:
        from provisioner.render.bundle import bundle_document

        _write(bundle, to_json(bundle_document(findings, seen.desired, seen.inventory)))
        screen().err(
            f"{bundle} contains none of your texts, ids and secrets. Read it, then attach it.\n"
        )
    return FAILED if any(one.condition is Condition.WRONG for one in findings) else DONE


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        detail = f"{file}: {error.strerror}. Name another file."
        raise UsageError(Diagnostic(codes.FILE_NOT_SAVED, detail)) from error
