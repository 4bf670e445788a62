"""Sends one request at a time to the storage behind an fsspec file system, each with a total deadline.

For S3 it calls S3's own operations. So a list and a read are one request each, an answer that is
not a list is not taken for an empty list, and the length of a body is limited. For other storages
it calls the methods that all of fsspec's file systems have.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import TimeoutError as NotInTime
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from provisioner.providers.releases.faults import DeadlineExceeded, NoListing

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

LONGEST = 64 * 1024 * 1024
"""The most bytes of an object that are read. A longer object is not a release."""
PIECE = 1024 * 1024
"""The most bytes that are read at once."""
CONNECT_SECONDS = 60.0
"""The most seconds that opening a connection may take."""
PAGE = ("<!doctype html", "<html")
"""The beginnings of a web page."""
LISTING = ("Name", "IsTruncated", "KeyCount", "Contents", "CommonPrefixes")
"""Fields of S3's answer to a request for a list.

Every such answer has at least one of them. An answer without any of them is not from S3.
"""


class Objects(Protocol):
    """Reads and writes objects by their path in a file system.

    `seconds` is the deadline of the request. Every method raises DeadlineExceeded after it.
    """

    def page(self, path: str, token: str, seconds: float) -> tuple[list[str], str]:
        """Return paths below `path`, and the token of the next page, which is '' after the last one.

        `token` is that of this page, '' for the first.
        """

    def read(self, path: str, seconds: float) -> bytes:
        """Return the content of an object. Raises FileNotFoundError."""

    def create(self, path: str, data: bytes, seconds: float) -> None:
        """Write an object. Raises FileExistsError if it exists."""

    def remove(self, path: str, seconds: float) -> None:
        """Remove one object. Raises FileNotFoundError."""


def settings_of_s3(seconds: float) -> dict[str, Any]:
    """Return settings with which an S3 file system repeats no request and waits at most `seconds`.

    The library's own retries are off, because `Attempts` decides whether a write may be repeated.
    """
    import fsspec

    # Settings that the user has configured in fsspec stay, except those that are limited here.
    known = fsspec.config.conf.get("s3", {}).get("config_kwargs", {})
    limits = {
        "connect_timeout": min(seconds, CONNECT_SECONDS),
        "read_timeout": seconds,
        "retries": {"total_max_attempts": 1, "mode": "standard"},
    }
    return {"config_kwargs": {**known, **limits}}


class S3Objects:
    """Reads and writes objects in S3, and on servers with the same API."""

    def __init__(self, files: Any) -> None:
        self._files = files
        # The file system has retries of its own, besides those of its client.
        files.retries = 1

    def page(self, path: str, token: str, seconds: float) -> tuple[list[str], str]:
        bucket, key, _ = self._files.split_path(path)
        prefix = f"{key.rstrip('/')}/".lstrip("/")
        more = {"ContinuationToken": token} if token else {}
        answer = self._ask("list_objects_v2", seconds, Bucket=bucket, Prefix=prefix, **more)
        if not any(name in answer for name in LISTING):
            raise NoListing("an answer that is not a list of objects")
        paths = [f"{bucket}/{one['Key']}" for one in answer.get("Contents") or ()]
        following = str(answer.get("NextContinuationToken") or "")
        return paths, following if answer.get("IsTruncated") else ""

    def read(self, path: str, seconds: float) -> bytes:
        bucket, key, _ = self._files.split_path(path)

        async def whole() -> bytes:
            answer = await self._files._call_s3("get_object", Bucket=bucket, Key=key)
            data = bytearray()
            try:
                # A read returns the bytes that have arrived, which may be a part of the object.
                while len(data) < LONGEST and (more := await answer["Body"].read(PIECE)):
                    data += more
            finally:
                answer["Body"].close()
            return bytes(data)

        return _unlike_a_page(_awaited(self._files, whole(), seconds))

    def create(self, path: str, data: bytes, seconds: float) -> None:
        bucket, key, _ = self._files.split_path(path)
        said = {"Body": data, "ContentType": "application/json", "IfNoneMatch": "*"}
        self._ask("put_object", seconds, Bucket=bucket, Key=key, **said)

    def remove(self, path: str, seconds: float) -> None:
        bucket, key, _ = self._files.split_path(path)
        self._ask("delete_object", seconds, Bucket=bucket, Key=key)

    def _ask(self, operation: str, seconds: float, **said: Any) -> dict[str, Any]:
        asked = self._files._call_s3(operation, **self._files.req_kw, **said)
        answer: dict[str, Any] = _awaited(self._files, asked, seconds)
        return answer


class OtherObjects:
    """Reads and writes objects in any other storage that fsspec supports. Every list is one page.

    `flat` is true for object storage, which has no folders.
    """

    def __init__(self, files: Any, *, flat: bool) -> None:
        self._files = files
        self._flat = flat

    def page(self, path: str, token: str, seconds: float) -> tuple[list[str], str]:
        del token
        if self._flat:
            found = [*self._call("find", seconds, path)]
            # fsspec lists an object as itself. A login page that answers every path looks like that.
            if found == [path.strip("/")]:
                raise NoListing("an object in place of a list of objects")
            return found, ""
        # A missing folder has no files. A folder that cannot be read raises.
        try:
            return [*self._call("find", seconds, path, on_error="raise")], ""
        except FileNotFoundError:
            return [], ""

    def read(self, path: str, seconds: float) -> bytes:
        data: bytes = self._call("cat_file", seconds, path)
        return _unlike_a_page(data[:LONGEST])

    def create(self, path: str, data: bytes, seconds: float) -> None:
        if not self._flat:
            self._call("makedirs", seconds, path.rpartition("/")[0], exist_ok=True)
        self._call("pipe_file", seconds, path, data, mode="create")

    def remove(self, path: str, seconds: float) -> None:
        self._call("rm_file", seconds, path)

    def _call(self, method: str, seconds: float, *given: Any, **named: Any) -> Any:
        return within(seconds, lambda: getattr(self._files, method)(*given, **named))


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return the result of `call`, or raise its exception. Raises DeadlineExceeded after `seconds`.

    After the deadline the call continues in a thread that nobody waits for, because Python cannot
    stop it.
    """
    ended: SimpleQueue[Callable[[], T]] = SimpleQueue()

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 (it is raised in the thread that waits)
            ended.put(partial(_raised, error))
        else:
            ended.put(lambda: result)

    threading.Thread(target=run, daemon=True).start()
    try:
        outcome = ended.get(timeout=max(0.0, seconds))
    except Empty:
        raise _late(seconds) from None
    return outcome()


def _raised(error: BaseException) -> NoReturn:
    raise error


def _awaited(files: Any, asked: Coroutine[Any, Any, T], seconds: float) -> T:
    """Return the result of an asynchronous request, which is cancelled after `seconds`.

    Raises DeadlineExceeded if it was cancelled.
    """
    future = asyncio.run_coroutine_threadsafe(asked, files.loop)
    try:
        return future.result(max(0.0, seconds))
    except NotInTime:
        if future.done() and not future.cancelled():
            raise  # the storage itself raised it
        future.cancel()
        raise _late(seconds) from None


def _late(seconds: float) -> DeadlineExceeded:
    return DeadlineExceeded(f"no complete answer within {seconds:.3g} s")


def _unlike_a_page(data: bytes) -> bytes:
    """Return the bytes of an object. Raises NoListing if they are a web page.

    A proxy or a login page may have answered, and not the storage.
    """
    if data[:200].lstrip().lower().startswith(tuple(mark.encode() for mark in PAGE)):
        raise NoListing("a web page")
    return data
