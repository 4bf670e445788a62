"""Begin the lists of a target while the manifests are still being read.

A list is a chain of pages, each of which names the next one, so that most of its time is waiting.
The Stack alone tells the target. Reading changes nothing, and nothing that is read here is used
before the manifests are known to be valid.
"""

import sys
import threading
from collections.abc import Callable, Collection, Mapping
from functools import partial
from time import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from provisioner.inventory.lists import always_listed
from provisioner.ledger.elapsed import elapsed
from provisioner.model.errors import ProviderError
from provisioner.model.provider import Provider, Row
from provisioner.model.stack import Stack
from provisioner.runtimes import RUNTIMES

if TYPE_CHECKING:
    from concurrent.futures import Future

PROMPTLY: Final = 0.001
"""Seconds for which one thread may run while another one wants to.

At Python's 5 ms, a thread that receives a page would wait for the reader of manifests that long, at
every piece of the page.
"""


Line: TypeAlias = Callable[..., None]
Open: TypeAlias = Callable[[Line, Line, Collection[str]], Provider]
"""Opens a provider.

Its arguments are the trace of requests, the display of progress, and the secrets.
"""


class Ahead:
    """A provider that is opened, and lists that are read, in other threads.

    `began` is the time, and `opened` the moment of `elapsed`, before which nothing was read. `alone` is
    that of the Session. Lines of the provider are kept back until `take` is called.
    """

    def __init__(
        self, stack: Stack, opened: Open, trace: Line | None, tell: Line | None, *, alone: bool
    ) -> None:
        from provisioner.providers.threads import begun

        self.stack, self.alone = stack, alone
        self.began, self.opened = time(), elapsed()
        self._hidden: set[str] = set()
        self._trace, self._tell = Later(trace), Later(tell)
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(PROMPTLY)
        self._provider = begun(partial(opened, self._trace, self._tell, self._hidden))
        bindings = RUNTIMES[stack.target.runtime].bindings
        self._lists = {
            kind: begun(partial(self._list, bindings[kind].collection))
            for kind in always_listed(bindings)
            if kind not in stack.target.drop
        }

    def take(self, stack: Stack, hidden: set[str]) -> Provider | None:
        """Return the provider, if it was opened for this Stack; else None, and nothing is used.

        `hidden` are the secrets that the manifests hold. They are hidden from then on.
        """
        sys.setswitchinterval(self._before)
        if stack.target != self.stack.target:
            self.close()
            return None
        self._hidden |= hidden
        try:
            provider = self._provider.result()
        except ProviderError:
            return None  # opening the target once more raises the same error
        self._trace.release()
        self._tell.release()
        return provider

    def lists(self) -> Mapping[str, Callable[[], list[Row]]]:
        """Return, for each kind that was asked for, a function that waits for its rows."""
        return {kind: partial(self._rows, kind) for kind in self._lists}

    def close(self) -> None:
        """Close the provider, without waiting for requests that are under way."""
        sys.setswitchinterval(self._before)
        self._provider.add_done_callback(_close)

    def _list(self, collection: str) -> list[Row]:
        return self._provider.result().list(collection)

    def _rows(self, kind: str) -> list[Row]:
        try:
            return self._lists[kind].result()
        except ProviderError:
            if not self._hidden:
                raise
        # The message may repeat a secret, which was not known to be one when the request was sent.
        collection = RUNTIMES[self.stack.target.runtime].bindings[kind].collection
        return self._list(collection)


class Later:
    """A function of lines that keeps them back until it is released."""

    def __init__(self, write: Line | None) -> None:
        self._write = write or (lambda *_line: None)
        self._kept: list[tuple[Any, ...]] | None = []
        self._lock = threading.Lock()

    def __call__(self, *line: Any) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.append(line)
                return
        self._write(*line)

    def release(self) -> None:
        """Write what was kept, and every later line at once."""
        with self._lock:
            kept, self._kept = self._kept or [], None
        for line in kept:
            self._write(*line)


def may_begin(stack: Stack) -> bool:
    """Return true for a target that is entered with a key and asked over HTTP.

    To start an embedded server makes a file, to ask for a token is no mere reading, and a registry of
    releases is not listed page by page.
    """
    target = stack.target
    entered = not (target.server or target.workload_identity)
    return entered and not target.publishes and target.runtime in RUNTIMES


def _close(opened: "Future[Provider]") -> None:
    if opened.exception() is None:
        opened.result().close()
