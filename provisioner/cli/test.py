"""The command `provisioner test` asks planned and live assistants the questions of their checks."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED, USAGE
from provisioner.cli._shared.formats import formats
from provisioner.cli._shared.numbers import WholeNumber
from provisioner.cli._shared.options import ADDRESS, TEXT, screen
from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.render.diagnostics import diagnostics_text
from provisioner.render.format import Layout, Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.model.checks import ChecksReport
    from provisioner.verbs._shared.session import RunOptions


@named(
    "test",
    "provisioner test",
    "provisioner test assistant.policy-qa --max-tokens 20000",
    "provisioner test --report tested.json && provisioner apply --tested tested.json --yes",
)
@click.argument("address", type=ADDRESS, required=False)
@options.manifests(positional=False)
@options.select
@click.option(
    "--max-tokens",
    type=WholeNumber(1, 10**9),
    metavar="N",
    help="Stop asking once all runs together have used N tokens.",
)
@click.option(
    "--candidate-only", is_flag=True, help="Do not ask the live assistants for comparison."
)
@click.option(
    "--allow-commands", is_flag=True, help="Let checks run the programs that judge answers."
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the report as JSON, for `apply --tested FILE`.",
)
@formats(Shape.CHECKS)
@options.screen_options
def command(
    *,
    run_options: "RunOptions",
    address: "Address | None",
    select: Sequence[str],
    max_tokens: int | None,
    candidate_only: bool,
    allow_commands: bool,
    report_file: Path | None,
    format: str,
) -> int:
    """Ask the questions in the `checks` of the manifests, and say which answers pass.

    Assistants that the plan changes are created beside the live ones, asked, and deleted again.
    Live assistants are asked for comparison, and are not changed. Exits 1 unless every check
    passed.
    """
    from provisioner.render.checks import tested_line
    from provisioner.render.formats import rendered
    from provisioner.verbs.test.run import CheckOptions, run_checks

    if report_file and not report_file.parent.is_dir():
        # Told before any question is asked, because each costs tokens.
        raise UsageError(_not_saved(report_file, "its folder does not exist"))
    # A format for programs is one document, which is printed when every answer is known.
    heard = (lambda one: screen().note(tested_line(one).rstrip())) if format == TEXT else _nothing
    how = CheckOptions(max_tokens, allow_commands, candidate_only, select, heard)
    report = run_checks(run_options, address, how)
    screen().out(rendered(Shape.CHECKS, report, format, Layout()))
    if report_file and (why := _unsaved(report, report_file)):
        # Not raised: in a format for programs, the error would be a second document on stdout.
        told = diagnostics_text((_not_saved(report_file, why),), colour=screen().colour(sys.stderr))
        screen().err(f"\n{told}\n")
        return USAGE
    return DONE if report.passed else FAILED


def _unsaved(report: "ChecksReport", file: Path) -> str:
    """Write the report. Return the reason why it could not be written, '' if it was."""
    from provisioner.render.checks import checks_document
    from provisioner.render.document import to_json

    try:
        file.write_text(to_json(checks_document(report)), encoding="utf-8")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _not_saved(file: Path, why: str) -> Diagnostic:
    return Diagnostic(codes.FILE_NOT_SAVED, f"{file}: {why}. Name another file.")


def _nothing(_tested: object) -> None:
    """Print nothing for a single check: the report comes at the end."""
