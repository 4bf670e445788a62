"""The command `provisioner plan` shows what an apply would change."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, PENDING
from provisioner.cli._shared.formats import printed
from provisioner.cli._shared.gate import fail_on, judged
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.model.overrides import Overrides
    from provisioner.verbs._shared.session import RunOptions


@named(
    "plan",
    "provisioner plan",
    "provisioner plan --env prod --out plan.json",
    "provisioner plan --fail-on contract-broken --fail-on tool-reaches-out",
    "provisioner plan --select assistant.policy-qa",
    "provisioner plan --format markdown > comment.md",
    'provisioner plan --summary --format markdown >> "$GITHUB_STEP_SUMMARY"',
    "provisioner plan --env prod --release staging:7 --select assistant.policy-qa",
)
@options.manifests()
@options.select
@options.out
@click.option("--exit-code", is_flag=True, help="Exit 3 if there is something to change.")
@fail_on
@options.release
@options.replace
@guard_options.overrides
@printed(Shape.PLAN)
def command(
    *,
    run_options: "RunOptions",
    select: Sequence[str],
    out: Path | None,
    exit_code: bool,
    fail_on: Sequence[str],
    release: str,
    again: Sequence["Address"],
    overrides: "Overrides",
    format: str,
) -> int:
    """Show what an apply would change on the live side, field by field. Changes nothing."""
    from provisioner.cli._shared.plan_output import present
    from provisioner.verbs.plan import planned

    asked = replace(overrides, replace=again)
    with planned(run_options, select=select, overrides=asked, release=release) as found:
        code = present(found, out, format, overrides=asked)
    pending = code == DONE and exit_code and not found.plan.is_empty
    return judged(PENDING if pending else code, fail_on, found.plan.findings)
