"""A registry at a URL: the only importer of fsspec.

Where which storage is, and with which key, is the environment's business, as its own library reads
it: a URL holds neither.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Invalid
from provisioner.providers.releases.faults import retyped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

EXCLUSIVE = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
"""Storage whose own conditional write makes sure that of two publishers one gets the number."""
HOSTLESS = frozenset({"memory"})
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
"""How S3 says that a conditional write lost. Not every server's wording reaches us re-typed."""


class Storage:
    """Objects below a URL, by names relative to it. Any number of threads may use it at once."""

    def __init__(self, url: str, trace: Callable[[str], None] | None = None) -> None:
        if "::" in url:
            detail = f"{_shown(url)} chains storages. What is cached in between may be out of date."
            raise Invalid(codes.REGISTRY_ONE_STORAGE, detail)
        self._url = url
        self._trace = trace
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
        """As many as we asked for; a library that tries again does not tell."""
        with self._lock:
            return dict(self._sent)

    def hosts(self) -> tuple[str, ...]:
        """By what names PROVISIONER_ALLOWED_HOSTS may allow it; none: it leads nowhere."""
        if self._scheme in HOSTLESS:
            return ()
        name = urlsplit(self._url).hostname or ""
        if self._scheme not in {"s3", "s3a"}:
            return (name,)
        with retyped(self.place, "find out where it is", secrets=self._secrets):
            files, _ = self._open()
            files.connect()
            host = urlsplit(files.s3.meta.endpoint_url).hostname or ""
        return host, f"{name}.{host}"

    def names(self, under: str = "") -> list[str]:
        """Every object below `under`."""
        with self._asking("GET", under, "list the releases"):
            files, root = self._open()
            found = self._find(files, f"{root}/{under}".rstrip("/"))
        return [name.removeprefix(root).lstrip("/") for name in found]

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The objects, None in the place of one that is gone."""
        if not names:
            return []
        with self._asking("GET", names[0], "read a release", count=len(names)):
            files, root = self._open()
            paths = [f"{root}/{name}" for name in names]
            found = files.cat(paths, on_error="return")
            return [_content(found[path]) for path in paths]

    def create(self, name: str, data: bytes) -> bool:
        """Make an object, exclusively; False where the name is taken."""
        with self._asking("PUT", name, f"publish {name}", may_be_done=True):
            files, root = self._open()
            path = f"{root}/{name}"
            if not self.exclusive:
                files.makedirs(path.rpartition("/")[0], exist_ok=True)
            try:
                files.pipe_file(path, data, mode="create")
            except (FileExistsError, OSError) as error:
                if not _is_taken(error):
                    raise
            else:
                return True
        # Libraries repeat what was not answered. What has our name may be what we sent first.
        return self.read([name]) == [data]

    def remove(self, names: Sequence[str]) -> None:
        """In the order given. One that is gone already is success."""
        for name in names:
            with self._asking("DELETE", name, f"remove {name}"), suppress(FileNotFoundError):
                files, root = self._open()
                files.rm_file(f"{root}/{name}")

    def sweep(self, older_than: float) -> None:
        """Objects come whole: there is nothing unfinished."""

    @property
    def _scheme(self) -> str:
        return self._url.partition("://")[0].lower()

    @property
    def _secrets(self) -> tuple[str, ...]:
        parts = urlsplit(self._url)
        return (parts.password or "", parts.query)

    def _open(self) -> tuple[Any, str]:
        """The file system, and our root in it. Anew in a forked process: it has threads."""
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                import fsspec

                opened = fsspec.url_to_fs(
                    self._url, skip_instance_cache=True, use_listings_cache=False
                )
                self._opened = (os.getpid(), opened[0], str(opened[1]).rstrip("/"))
            return self._opened[1:]

    def _find(self, files: Any, path: str) -> list[str]:
        if self.exclusive:
            found: list[str] = files.find(path)
            return found
        # Elsewhere there are folders: one that is not there is empty, one that is closed is not.
        try:
            return list(files.find(path, on_error="raise"))
        except FileNotFoundError:
            return []

    @contextmanager
    def _asking(
        self, method: str, name: str, asked: str, *, count: int = 1, may_be_done: bool = False
    ) -> Iterator[None]:
        started = time.monotonic()
        with self._lock:
            self._sent[method] += count
        try:
            with retyped(self.place, asked, may_be_done=may_be_done, secrets=self._secrets):
                yield
        finally:
            if self._trace:
                more = f" and {count - 1} more" if count > 1 else ""
                milliseconds = (time.monotonic() - started) * 1000
                self._trace(f"{method} {self.place}/{name}{more} {milliseconds:.0f} ms")


def _shown(url: str) -> str:
    """A URL without what may be a secret: user, password, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _content(found: bytes | Exception) -> bytes | None:
    if isinstance(found, FileNotFoundError):
        return None
    if isinstance(found, Exception):
        raise found
    return found


def _is_taken(error: OSError) -> bool:
    if isinstance(error, FileExistsError):
        return True
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code")) in TAKEN
