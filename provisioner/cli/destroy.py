"""The command `provisioner destroy` deletes every live object of a stack and environment."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.cli._shared import guard_options, options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.formats import writes

if TYPE_CHECKING:
    from provisioner.model.address import Address
    from provisioner.verbs._shared.session import RunOptions


@named(
    "destroy", "provisioner destroy --env dev", "provisioner destroy --select assistant.trial --yes"
)
@options.manifests()
@options.select
@guard_options.unprotect
@writes
def command(
    *,
    run_options: "RunOptions",
    select: Sequence[str],
    yes: bool,
    out: Path | None,
    unprotect: "Sequence[Address]",
    format: str,
) -> int:
    """Delete every live object of this stack and environment on the target, and nothing else.

    Asks for the owner to be typed; --yes answers. Protected objects stay (see --unprotect).
    """
    from provisioner.cli._shared.perform import offer
    from provisioner.model.overrides import Overrides
    from provisioner.verbs.destroy import planned_destroy

    lifted = Overrides(unprotect)
    with planned_destroy(run_options, select=select, overrides=lifted) as found:
        owner = str(found.session.stack.owner)
        question = (
            f"This deletes all of the above, and it cannot be undone. Type {owner} to go ahead:"
        )
        answers = (owner.lower(),)
        return offer(found, out, format, question, answers=answers, overrides=lifted, yes=yes)
