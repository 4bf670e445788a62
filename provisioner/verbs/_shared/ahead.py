"""Begin to list a target's objects while the manifests are still being read.

A list is a chain of pages, each of which names the next, so most of its time is spent waiting. The
Stack alone names the target. Listing changes nothing, and nothing that is listed is used before the
manifests are known to be valid. `session` uses this for verbs that plan.
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
"""The seconds for which a thread may run while another one waits to run.

With Python's default of 5 ms, a thread that receives a page would wait that long for the thread
that reads manifests, at every piece of the page.
"""


Line: TypeAlias = Callable[..., None]
Open: TypeAlias = Callable[[Line, Line, Collection[str]], Provider]
"""Opens a provider. The arguments are the function for lines about requests, the function for
progress, and the secrets to hide."""


class Ahead:
    """A provider that is opened, and lists that are read, in threads of their own.

    `began` is the unix time, and `opened` what `elapsed()` returned, before anything was read.
    `alone` is true if no other process on this machine held the lock then. Lines of output are held
    back until `take` is called.
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
        """Return the provider, and let the lines be written that were held back.

        Return None if the provider was opened for a target with other settings than this Stack
        names, or could not be opened. `hidden` are the secrets of the manifests, which are hidden in
        output from then on.
        """
        sys.setswitchinterval(self._before)
        # The Stack was read alone and early. Only the whole folder says for certain what it is.
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
        """Return, for each kind that is being listed, a function that waits for its rows."""
        return {kind: partial(self._rows, kind) for kind in self._lists}

    def close(self) -> None:
        """Close the provider, without waiting for requests that are still running."""
        sys.setswitchinterval(self._before)
        self._provider.add_done_callback(_close)

    def _list(self, collection: str) -> list[Row]:
        """Return the rows of a collection, once the provider is open."""
        return self._provider.result().list(collection)

    def _rows(self, kind: str) -> list[Row]:
        """Wait for the rows of a kind. Raises ProviderError."""
        try:
            return self._lists[kind].result()
        except ProviderError:
            if not self._hidden:
                raise
        # The message may contain a text that was not known to be secret when the request was sent.
        # If a second request fails too, its message has the text hidden.
        collection = RUNTIMES[self.stack.target.runtime].bindings[kind].collection
        return self._list(collection)


class Later:
    """A function for lines of output that holds them back until it is released."""

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
        """Write the lines that were held back. Every later line is written at once."""
        with self._lock:
            kept, self._kept = self._kept or [], None
        for line in kept:
            self._write(*line)


def may_begin(stack: Stack) -> bool:
    """Return true if a target may be listed before its manifests are known to be valid.

    That is a target over HTTP with a key. Starting an embedded server creates a file, a workload
    identity has to fetch a token, and a registry of releases is not listed by pages.
    """
    target = stack.target
    entered = not (target.server or target.workload_identity)
    return entered and not target.publishes and target.runtime in RUNTIMES


def _close(opened: "Future[Provider]") -> None:
    """Close a provider if it was opened."""
    if opened.exception() is None:
        opened.result().close()
