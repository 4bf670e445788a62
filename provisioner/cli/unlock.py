"""The command `provisioner unlock` takes a lock away from whoever holds it."""

from typing import TYPE_CHECKING

from provisioner.cli._shared import options
from provisioner.cli._shared.command import command as named
from provisioner.cli._shared.errors import DONE, FAILED
from provisioner.cli._shared.options import screen

if TYPE_CHECKING:
    from provisioner.verbs._shared.session import RunOptions


@named("unlock", "provisioner unlock", "provisioner unlock --env prod --yes")
@options.manifests(connects=False)
@options.yes
@options.ledger
@options.screen_options
def command(*, run_options: "RunOptions", yes: bool) -> int:
    """Take the lock of this stack and environment away from whoever holds it.

    A process that died needs no unlock: its lock expires within a minute. One that still runs stops
    before its next write. Asks before it does anything; --yes answers.
    """
    from provisioner.cli._shared.perform import YES, approval
    from provisioner.render.history import moment
    from provisioner.verbs.unlock import lock_state, not_locked, unlock

    state = lock_state(run_options)
    if state.holder is None:
        raise not_locked(state.owner)
    expired = "" if state.is_held else ", and has not renewed it"
    screen().out(
        f"{state.owner} is locked: {state.holder}, since {moment(state.since)}{expired}.\n"
    )
    if not yes and not approval("\nTake the lock away? [y/N] ", YES):
        return FAILED
    unlock(run_options, state)
    screen().out(f"{state.owner} is unlocked.\n")
    return DONE
