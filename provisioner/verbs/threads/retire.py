"""threads retire: delete tracked objects whose time to live is over, together with other workers.

`gc` calls `retire` with its own session for the same work.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.retirement import Ended, Retired, Retirement
from provisioner.verbs._shared.ledgers import account_of
from provisioner.verbs._shared.session import RunOptions, Session
from provisioner.verbs.gc.bare import Bare
from provisioner.verbs.threads.place import OnBad, connected_place, ignore
from provisioner.verbs.threads.worker import Worker

if TYPE_CHECKING:
    from provisioner.ledger.opening import Ledger

WITNESSES: Final = 5
"""The most objects that are read to distinguish the right account from another one."""


@frozen
class Expired:
    """The counts of objects whose time to live is over.

    `count` are in the account of the session, and `elsewhere` in other accounts of the ledger.
    """

    session: Session
    ledger: "Ledger"
    count: int
    elsewhere: int = 0

    @property
    def account(self) -> str:
        """The account of the session: host and project."""
        return account_of(self.session.context)

    def retire(
        self, *, stop: Callable[[], bool] = lambda: False, allows_missing: bool = False
    ) -> Retirement:
        """Delete the objects, and return the report (see `retire`)."""
        return retire(self.session, self.ledger, stop=stop, allows_missing=allows_missing)


@contextmanager
def expired(
    options: RunOptions, on_bad: OnBad = ignore, bare: Bare | None = None
) -> Iterator[Expired]:
    """Connect, take over the lines in spools, and count the objects whose time to live is over.

    With `bare` no manifests are needed. Raises ManifestErrors, ProviderError and LedgerError.
    """
    with connected_place(options, on_bad, bare) as (session, ledger):
        account = account_of(session.context)
        count = ledger.tracked.count_expired(account, ready=True)
        elsewhere = ledger.tracked.count_expired_elsewhere(account)
        yield Expired(session, ledger, count, elsewhere)


def retire(
    session: Session,
    ledger: "Ledger",
    *,
    stop: Callable[[], bool] = lambda: False,
    allows_missing: bool = False,
) -> Retirement:
    """Delete the expired objects of the session's account, after confirming that each exists.

    Any number of processes may do this at the same time with one ledger: each object is deleted by
    one of them. Once `stop` returns true, nothing new starts. Raises LedgerError, and
    ProvisionerError if the server or its key cannot be used; what was done until then is recorded.
    """
    account, tell = account_of(session.context), session.options.tell
    total = ledger.tracked.count_expired(account, ready=True) if tell else 0

    def told(counts: Retired) -> None:
        if tell:
            tell(f"retired {counts.ended:,} of {max(total, counts.ended):,}", 0)

    counts = Worker(
        session.provider,
        ledger.claims(),
        account,
        session.options.parallelism,
        stop=stop,
        told=told,
        allows_missing=allows_missing,
        others=partial(ledger.tracked.newest, account, WITNESSES),
    ).run()
    held = ledger.tracked.count_claimed(account)
    diagnostics = [*map(not_deleted, counts.failures), *in_other_hands(held, account)]
    return Retirement(account, counts, dict(session.provider.requests), tuple(diagnostics))


def not_deleted(ended: Ended) -> Diagnostic:
    """Return the diagnostic that an object could not be deleted, with the reason."""
    return Diagnostic(codes.NOT_DELETED, ended.note, subject=f"{ended.one.kind} {ended.one.id}")


def in_other_hands(count: int, account: str) -> Iterator[Diagnostic]:
    """Yield a diagnostic if other workers are deleting objects of the account."""
    if count:
        detail = (
            f"{count} of the objects in {account} are being deleted by another command, or by one"
            " that was killed. Run the command again in a minute to be certain."
        )
        yield Diagnostic(codes.IN_OTHER_HANDS, detail)
