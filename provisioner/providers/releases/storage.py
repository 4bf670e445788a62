"""A registry at a URL. Only this module and `objects` import fsspec.

The endpoint of the storage and its credentials come from the environment, as the storage's own
library reads it. A URL contains neither.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from provisioner.model.codes import registries as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import Invalid, ProviderError
from provisioner.providers.releases.attempts import Attempts
from provisioner.providers.releases.faults import code_of, is_taken, retyped
from provisioner.providers.releases.objects import (
    Objects,
    OtherObjects,
    S3Objects,
    settings_of_s3,
    within,
)
from provisioner.providers.releases.s3_session import bound, fence
from provisioner.providers.releases.web_session import (
    AZURE,
    GOOGLE,
    bound_azure,
    settings_of_google,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

S3 = frozenset({"s3", "s3a"})
"""The schemes of S3."""
EXCLUSIVE = S3 | GOOGLE | AZURE
"""Schemes of storage with conditional writes: of two publishers only one gets a number."""
HOSTLESS = frozenset({"memory"})
"""Schemes of storage inside of this process, which sends no request to a host."""
AT_ONCE = 16
"""The most reads that are sent at once."""
MOST_PAGES = 100_000
"""The most pages of one list. A longer list is taken for one that never ends."""


def _say_nothing(_: Diagnostic) -> None:
    return


class Storage:
    """The objects below a URL, by names relative to it. Many threads may use this `Store` at once.

    `timeout` is the deadline of a request in seconds, with all its tries. If the storage asks for
    fewer requests, the run waits up to `max_wait` seconds more, and `notice` is called. `trace` is
    called with a line for each request. `allowed` is the value of PROVISIONER_ALLOWED_HOSTS, or
    None if it is not set. Requests to S3 go to no other host, even if they are redirected. On
    Google's and Azure's storage no redirect is followed.
    """

    def __init__(
        self,
        url: str,
        trace: Callable[[str], None] | None = None,
        *,
        timeout: float = 600.0,
        max_wait: float = 900.0,
        allowed: str | None = None,
        notice: Callable[[Diagnostic], None] = _say_nothing,
    ) -> None:
        if "::" in url:
            detail = (
                f"{_shown(url)} combines several storages with `::`, and a cache between them may be "
                "out of date. Give the URL of one storage."
            )
            raise Invalid(codes.REGISTRY_ONE_STORAGE, detail)
        self._url = url
        self._trace = trace
        self._timeout = timeout
        self._allowed = allowed
        self._attempts = Attempts(self.place, timeout, max_wait, notice)
        self._opened: tuple[int, Any, str] | None = None
        self._sent: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        return _shown(self._url)

    @property
    def exclusive(self) -> bool:
        return self._scheme in EXCLUSIVE

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests that were sent, by method.

        For S3 the number is exact. The library of another storage may send more.
        """
        with self._lock:
            return dict(self._sent)

    def hosts(self) -> tuple[str, ...]:
        """Return the hosts of the storage. PROVISIONER_ALLOWED_HOSTS must allow one of them.

        There are none if no request is sent.
        """
        if self._scheme in HOSTLESS:
            return ()
        name = urlsplit(self._url).hostname or ""
        if self._scheme not in S3:
            return (name,)
        with retyped(self.place, "find out where it is", secrets=self._secrets):
            files, _ = self._open()
            host = urlsplit(files.s3.meta.endpoint_url).hostname or ""
        # A request names the bucket in its path or before the host, so either form may be allowed.
        return host, f"{name}.{host}"

    def names(self, under: str = "") -> list[str]:
        """Return every object below `under`."""
        found: list[str] = []
        # The last page has the token "", so a last page and a repeated token both end the loop.
        token, seen = "", {""}
        for _ in range(MOST_PAGES):
            page, token = self._page(under, token)
            found += page
            if token in seen:
                break
            seen.add(token)
        if token:
            detail = f"The list of {self.place} never ends. Nothing was changed. Report it to the storage's operator."
            raise ProviderError(codes.REGISTRY_REPEATS, detail)
        return found

    def _page(self, under: str, token: str) -> tuple[list[str], str]:
        """Return the names on one page of the list, and the token of the next page."""

        def ask(objects: Objects, root: str, seconds: float) -> tuple[list[str], str]:
            paths, following = objects.page(f"{root}/{under}".rstrip("/"), token, seconds)
            return [path.removeprefix(root).lstrip("/") for path in paths], following

        return self._ask("GET", under, "list the releases", ask)

    def linked(self, under: str = "") -> list[str]:
        """Return no files, because object storage has no links."""
        del under
        return []

    def absence(self) -> str:
        """Return '', because object storage has no folders that could be missing."""
        return ""

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of the objects, with None for each object that does not exist any more."""
        if not names[1:]:
            return [self._content(name) for name in names]
        # Imported here, because an application that loads one release needs no threads.
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(min(AT_ONCE, len(names)))
        try:
            return [*pool.map(self._content, names)]
        finally:
            # After an error or Ctrl-C nobody needs the other reads, so nobody waits for them.
            pool.shutdown(wait=False, cancel_futures=True)

    def _content(self, name: str) -> bytes | None:
        """Return the content of one object, or None if it does not exist."""

        def ask(objects: Objects, root: str, seconds: float) -> bytes | None:
            try:
                return objects.read(f"{root}/{name}", seconds)
            except FileNotFoundError as error:
                # A missing bucket is a wrong address, and not a release that was removed.
                if code_of(error) == "NoSuchBucket":
                    raise
                return None

        return self._ask("GET", name, "read a release", ask)

    def create(self, name: str, data: bytes) -> bool:
        """Write an object that does not exist yet. Returns false if the name is taken.

        Raises Ambiguous if it is not known whether the object was written.
        """

        def ask(objects: Objects, root: str, seconds: float) -> bool:
            try:
                objects.create(f"{root}/{name}", data, seconds)
            except OSError as error:
                if not is_taken(error):
                    raise
                return False
            return True

        if self._ask(
            "PUT", name, f"publish {name}", ask, repeatable=self.exclusive, may_be_done=True
        ):
            return True
        # The object of that name may be our own first write, whose answer was lost.
        return self.read([name]) == [data]

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects in the given order. An object that does not exist counts as removed."""
        # One after the other, because their order matters (see `Registry.prune`).
        for name in names:
            self._remove(name)

    def _remove(self, name: str) -> None:
        def ask(objects: Objects, root: str, seconds: float) -> None:
            try:
                objects.remove(f"{root}/{name}", seconds)
            except FileNotFoundError:
                return

        self._ask("DELETE", name, f"remove {name}", ask)

    def sweep(self, older_than: float) -> None:
        """Remove nothing, because object storage never contains a part of an object."""

    @property
    def _scheme(self) -> str:
        return self._url.partition("://")[0].lower()

    @property
    def _secrets(self) -> tuple[str, ...]:
        parts = urlsplit(self._url)
        return (parts.password or "", parts.query)

    def _open(self) -> tuple[Any, str]:
        """Return the file system, and the root of the registry in it.

        It is opened again in a forked process, because threads of the first process are not copied
        to it.
        """
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                import fsspec

                opened = fsspec.url_to_fs(
                    self._url,
                    # A cached list would hide the releases that another process has published.
                    skip_instance_cache=True,
                    use_listings_cache=False,
                    **self._settings(),
                )
                if self._scheme in S3:
                    within(self._timeout, opened[0].connect)
                    bound(opened[0].s3, fence(self._url, self.place, self._allowed))
                elif self._scheme in AZURE:
                    bound_azure(opened[0])
                self._opened = (os.getpid(), opened[0], str(opened[1]).rstrip("/"))
            return self._opened[1:]

    def _settings(self) -> dict[str, Any]:
        if self._scheme in S3:
            return settings_of_s3(self._timeout)
        return settings_of_google() if self._scheme in GOOGLE else {}

    def _objects(self) -> tuple[Objects, str]:
        """Return the operations on objects, and the root of the registry."""
        files, root = self._open()
        if self._scheme in S3:
            return S3Objects(files), root
        return OtherObjects(files, flat=self.exclusive), root

    def _ask(
        self,
        method: str,
        name: str,
        asked: str,
        ask: Callable[[Objects, str, float], T],
        *,
        repeatable: bool = True,
        may_be_done: bool = False,
    ) -> T:
        """Return the answer to one request, which may be sent several times. Raises ProviderError.

        Unless the request is `repeatable`, it is sent again only if it was certainly not performed.
        `asked` says in errors what was tried. With `may_be_done`, the error is Ambiguous if it is
        not known whether the request was performed.
        """
        with retyped(self.place, asked, secrets=self._secrets):
            self._open()  # opened before, so that the deadline counts only the request
        return self._attempts.run(
            partial(self._sent_once, method, name, ask),
            partial(retyped, self.place, asked, may_be_done=may_be_done, secrets=self._secrets),
            repeatable=repeatable,
        )

    def _sent_once(
        self, method: str, name: str, ask: Callable[[Objects, str, float], T], seconds: float
    ) -> T:
        """Send a request once, count it and trace it."""
        started = time.monotonic()
        with self._lock:
            self._sent[method] += 1
        try:
            objects, root = self._objects()
            return ask(objects, root, seconds)
        finally:
            if self._trace:
                milliseconds = (time.monotonic() - started) * 1000
                self._trace(f"{method} {self.place}/{name} {milliseconds:.0f} ms")


def _shown(url: str) -> str:
    """Return a URL without the parts that may be secret: user, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
