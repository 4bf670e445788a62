"""The option `--fail-on`, with which `validate`, `plan` and `drift` fail a pipeline on chosen findings."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from provisioner.cli._shared.errors import FAILED
from provisioner.cli._shared.options import screen
from provisioner.model.code import Severity
from provisioner.model.diagnostic import Diagnostic

NAMED = 20
"""The most findings that the message lists. The others are counted."""


class Term(click.ParamType[str]):
    """The type of `--fail-on`, which takes the code of a diagnostic, or a severity."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from provisioner.model.codes.table import TABLE
        from provisioner.source.suggest import did_you_mean

        known = (*Severity, *TABLE)
        if value not in known:
            near = did_you_mean(str(value), known)
            self.fail(
                f"{value!r} is neither a code nor a severity ({', '.join(Severity)}).{near}",
                param,
                ctx,
            )
        return str(value)


fail_on = click.option(
    "--fail-on",
    multiple=True,
    type=Term(),
    metavar="CODE|SEVERITY",
    help="Exit 1 if there is a finding with this code, or of at least this severity. Repeatable.",
)


def judged(code: int, terms: Sequence[str], findings: Iterable[Diagnostic]) -> int:
    """Return 1, after listing the findings on stderr, if any is one of `terms`; else return `code`.

    Commands call this last, so that their own output is complete.
    """
    from provisioner.policy.gate import stopping
    from provisioner.render.diagnostics import diagnostics_text
    from provisioner.render.values import plural

    found = stopping(terms, findings) if terms else []
    if not found:
        return code
    colour = screen().colour(sys.stderr)
    rest = f"\n… and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    screen().err(
        f"\n--fail-on {' '.join(terms)}: {plural(len(found), 'finding')}.\n"
        f"{diagnostics_text(found[:NAMED], colour=colour)}{rest}\n"
    )
    return FAILED
