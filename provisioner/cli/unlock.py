"""The command `provisioner unlock` removes the lock of another run."""

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
    """Remove the lock of this stack and environment, whoever holds it.

    The lock of a process that died expires by itself within a minute. A process that still runs
    stops before its next write. Asks before it does anything; --yes answers.
    """
    from provisioner.cli._shared.perform import YES, approval
    from provisioner.render.history import moment
    from provisioner.verbs.unlock import is_dead, lock_state, not_locked, unlock

    state = lock_state(run_options)
    if state.holder is None:
        raise not_locked(state.owner)
    ended = "" if state.is_held else ", but was not renewed and has expired"
    if is_dead(run_options, state):
        ended = "; that process is dead, so the next run on this machine takes the lock at once"
    screen().out(f"{state.owner} is locked: {state.holder}, since {moment(state.since)}{ended}.\n")
    if not yes and not approval("\nRemove the lock? [y/N] ", YES):
        return FAILED
    # Only the lock that was shown: another run may have taken it while the question was open.
    unlock(run_options, state)
    screen().out(f"{state.owner} is unlocked.\n")
    return DONE
