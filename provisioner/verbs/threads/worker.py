"""Delete tracked objects whose time to live is over, alone or together with other workers.

A worker claims a batch in the ledger, deletes its objects with several requests at once, and
records how each ended before it claims the next. If it is stopped, the next worker takes over its
batch.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import LedgerError, ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedStatus
from provisioner.model.provider import Provider
from provisioner.model.retirement import Ended, Retired
from provisioner.verbs.threads.ending import end, is_there

if TYPE_CHECKING:
    from provisioner.ledger.claims import Claims

EACH: Final = 16
"""The number of objects in a batch for each request that may run at once."""
FEWEST: Final = 64
MOST: Final = 1000
"""The fewest and the most objects in a batch."""
SUSPICIOUS: Final = 20
"""If at least so many objects were tried and none was deleted, one cause is taken to stop all."""
BEAT: Final = 0.25
"""The share of a claim's time after which it is renewed."""
GRACE: Final = 30.0
"""The seconds that running requests get once nothing new may start."""


@frozen
class Worker:
    """One of the workers that delete objects of an account.

    `stop` returns true once nothing new may start. `told` gets the counts after each batch, and
    `seen` how each object ended, once that is recorded. `verifies` looks for each object again
    after it was deleted. `others` returns objects that have to exist: if not one object of a batch
    exists, and none of these, the key is probably that of another account. `allows_missing` goes on
    all the same.
    """

    provider: Provider
    claims: "Claims"
    account: str
    parallelism: int = 8
    subject: str = ""
    status: TrackedStatus = TrackedStatus.RETIRED
    verifies: bool = False
    allows_missing: bool = False
    others: Callable[[], Iterable[Tracked]] = tuple
    stop: Callable[[], bool] = lambda: False
    told: Callable[[Retired], None] = lambda _retired: None
    seen: Callable[[Ended], None] = lambda _ended: None

    def run(self) -> Retired:
        """Delete everything that can be claimed, batch by batch.

        Raises LedgerError, and ProvisionerError if the server or the key cannot be used. What was
        done until then is recorded.
        """
        began, counts = time.monotonic(), Retired()
        size = min(MOST, max(FEWEST, EACH * self.parallelism))
        pool = ThreadPoolExecutor(self.parallelism, thread_name_prefix="retire")
        try:
            while not self.stop():
                batch = self.claims.claim(self.account, limit=size, subject=self.subject)
                if not batch:
                    break
                self._batch(pool, batch, counts)
                counts.seconds = time.monotonic() - began
                self.told(counts)
        finally:
            # A thread may hang in a request. It is not waited for, and ends with the process.
            pool.shutdown(wait=False, cancel_futures=True)
        counts.interrupted = self.stop()
        counts.seconds = time.monotonic() - began
        return counts

    def _batch(self, pool: ThreadPoolExecutor, batch: Sequence[Tracked], counts: Retired) -> None:
        """Delete the objects of one batch, and record how each ended."""
        # `_perform` takes from the end, so the object that expired first is deleted first.
        work = _Batch(list(reversed(batch)))
        try:
            self._perform(pool, work)
            self._check_whole(work.ended, counts)
        except BaseException:
            # A claim that cannot be given back ends by itself.
            with suppress(LedgerError):
                self._settle(work.without_missing(), counts)
            raise
        self._settle(work, counts)

    def _perform(self, pool: ThreadPoolExecutor, work: "_Batch") -> None:
        """Delete the objects of a batch, several at once, and renew their claims meanwhile."""
        beat = self.claims.seconds * BEAT
        renewed, deadline = time.monotonic(), math.inf
        try:
            while work.waiting or work.running:
                if self.stop():
                    deadline = min(deadline, time.monotonic() + GRACE)
                while work.waiting and len(work.running) < self.parallelism and not self.stop():
                    one = work.waiting.pop()
                    work.running[pool.submit(self._end, one)] = one
                if not work.running or time.monotonic() > deadline:
                    return
                patience = min(beat, 1.0, max(0.0, deadline - time.monotonic()))
                wait(work.running, timeout=patience, return_when=FIRST_COMPLETED)
                work.gather()
                if time.monotonic() - renewed > beat:
                    self.claims.renew([*work.waiting, *work.running.values()])
                    renewed = time.monotonic()
        except ProvisionerError:
            # What is being deleted has to be written down as deleted.
            wait(work.running, timeout=GRACE)
            with suppress(ProvisionerError):
                work.gather()
            raise

    def _end(self, one: Tracked) -> Ended:
        return end(self.provider, one, self.status, verifies=self.verifies)

    def _settle(self, work: "_Batch", counts: Retired) -> None:
        """Record how objects ended, and give back the claims of those that wait."""
        self.claims.settle([(one.one, one.status, one.note) for one in work.ended], work.waiting)
        counts.add(work.ended)
        for one in work.ended:
            self.seen(one)

    def _check_whole(self, ended: Sequence[Ended], counts: Retired) -> None:
        """Raise ProvisionerError if no object of a batch was deleted: they probably share one cause."""
        # What another worker had begun to delete, and did not write down, proves nothing.
        ended = [one for one in ended if not one.one.was_claimed]
        if counts.deleted or not ended:
            return
        became = {one.status for one in ended}
        if became == {TrackedStatus.GONE} and not (self.allows_missing or self._sees_others()):
            detail = (
                f"Not one of {len(ended)} objects that were asked for is known to {self.account}. A"
                " key of another project gives the same answer, so none of them was marked as gone."
                " Check the target and its key; if all of them are really gone, pass"
                " --allow-missing."
            )
            raise ProvisionerError(Diagnostic(codes.NONE_IS_THERE, detail))
        if became == {TrackedStatus.TRACKED} and len(ended) >= SUSPICIOUS:
            detail = (
                f"Not one of {len(ended)} objects could be deleted on {self.account}. The first"
                f" answer was: {ended[0].note.rstrip('.')}. The command has stopped. Running it again"
                " after an hour tries these objects again."
            )
            raise ProvisionerError(Diagnostic(codes.NONE_DELETED, detail))

    def _sees_others(self) -> bool:
        """Return true if the server shows at least one of the objects that `others` returns."""
        return any(is_there(self.provider, one) for one in self.others())


@dataclass(slots=True)
class _Batch:
    """The objects of a batch that wait, those that are being deleted, and those that have ended."""

    waiting: list[Tracked]
    running: dict[Future[Ended], Tracked] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)

    def gather(self) -> None:
        """Take over what has ended. Raises the first error that all other objects would meet too.

        An object that met such an error waits again.
        """
        errors: list[BaseException] = []
        for future in [one for one in self.running if one.done()]:
            one = self.running.pop(future)
            if (error := future.exception()) is not None:
                errors.append(error)
                self.waiting.append(one)
            else:
                self.ended.append(future.result())
        if errors:
            raise errors[0]

    def without_missing(self) -> "_Batch":
        """Return the batch with the objects that were not found put back among those that wait.

        If a server fails, its answers do not prove that these objects are gone.
        """
        missing = [one.one for one in self.ended if one.status is TrackedStatus.GONE]
        ended = [one for one in self.ended if one.status is not TrackedStatus.GONE]
        return _Batch([*self.waiting, *missing], self.running, ended)
