"""`--fail-on`: the one gate of `validate`, `plan` and `drift` for pipelines."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from provisioner.cli._shared.errors import FAILED
from provisioner.cli._shared.options import screen
from provisioner.model.code import Severity
from provisioner.model.diagnostic import Diagnostic

NAMED = 20
"""The findings that are listed before the others are counted."""


class Term(click.ParamType[str]):
    """The name of a code or of a severity."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from provisioner.model.codes import TABLE
        from provisioner.source.suggest import did_you_mean

        known = (*Severity, *TABLE)
        if value not in known:
            near = did_you_mean(str(value), known)
            self.fail(
                f"{value!r} is no code and no severity ({', '.join(Severity)}).{near}", param, ctx
            )
        return str(value)


fail_on = click.option(
    "--fail-on",
    multiple=True,
    type=Term(),
    metavar="CODE|SEVERITY",
    help="Exit 1 if anything of this code, or of this severity or a graver one, is found. Repeatable.",
)


def judged(code: int, terms: Sequence[str], findings: Iterable[Diagnostic]) -> int:
    """Return 1, and say on stderr why, if a finding is one of `terms`; else the exit code as it is.

    It is asked after everything is printed, so that the output is complete.
    """
    from provisioner.policy.gate import stopping
    from provisioner.render.text import diagnostics_text
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
