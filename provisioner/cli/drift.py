"""The command `provisioner drift` shows what was changed on the live side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, PENDING
from provisioner.cli._shared.formats import printed, show
from provisioner.cli._shared.gate import fail_on, judged
from provisioner.render.format import Shape

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named("drift", "provisioner drift --env prod", "provisioner drift --format sarif > drift.sarif")
@options.manifests()
@options.select
@fail_on
@printed(Shape.DRIFT)
def command(
    *, run_options: "RunOptions", select: Sequence[str], fail_on: Sequence[str], format: str
) -> int:
    """Show what changed on the live side since the last apply, from the old value to the new one.

    Changes nothing. Exits 3 if a live value moved, a declared object is gone, or a value was added
    that no manifest sets; 0 if nothing of this was seen.
    """
    from provisioner.verbs.drift import drift

    found = drift(run_options, select=select)
    show(Shape.DRIFT, found, format)
    return judged(DONE if found.is_empty else PENDING, fail_on, found.plan.findings)
