"""Defines Provider, the protocol by which this package reads and writes a target.

Only `providers/` implements it, so only that package knows how requests are sent.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""One object as the server returned it, parsed from JSON. Callers must not change it."""
Body: TypeAlias = dict[str, Any]
"""The JSON object that a create or an update sends."""


class Rows(list[Row]):
    """The rows of one list. Each has a text under `id`.

    `nameless` are the rows that came without a usable id. They are kept because, although no
    request can be made about such an object, whatever it refers to is in use.
    """

    __slots__ = ("nameless",)

    def __init__(self, rows: Iterable[Row] = (), nameless: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self.nameless = tuple(nameless)


def nameless(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows without an id that came with a list. Empty if `rows` is a plain list."""
    return rows.nameless if isinstance(rows, Rows) else ()


class Provider(Protocol):
    """The operations on the objects in the collections of a target.

    Every method may raise ProviderError, and nothing else. Collections are named like the paths of
    the API: `assistants`, `vector_stores`, `files`, `threads`, `models`, and, inside the object
    whose id is `parent`: `vector_stores/files`, `vector_stores/file_batches`, `threads/messages`,
    `threads/runs`, `agents/sessions`, `agents/sessions/turns`. For collections that lie deeper,
    such as `threads/runs/steps`, `parent` is `THREAD/RUN`.

    A provider may repeat reads, updates and deletes by itself, and may keep connections open. It
    must repeat a create or an upload only if the first was certainly not performed. It must not
    interpret rows, look for marks, or answer from earlier reads. Its methods must be safe to call
    from several threads.
    """

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests sent so far, by HTTP method. A repeated request counts again."""

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        """Return every object of a collection, from all pages, each id once.

        Rows without an id may be left out of the list and returned in `Rows.nameless`. If any page
        cannot be read, the method must raise and not return the other pages. It must raise
        NoSuchApi if the server has no such path, and NotFound if `parent` does not exist.
        """

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        """Return one object as it is now. It must raise NotFound if there is no such object."""

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Create one object and return it as the server answered.

        It must raise Ambiguous if no answer came and the object may have been created.
        """

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Change the given fields of an object and return the object as the server answered.

        A null clears a field. Fields that are not in `body` must not be sent. It must raise
        NotFound if there is no such object.
        """

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        """Delete one object. An object that does not exist counts as deleted."""

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        """Upload a local file under `name` and return its row.

        It must raise ProvisionerError if the digest of the content is no longer `sha256`
        (hexadecimal), and Ambiguous as `create` does. It may call `sent` with the number of bytes
        sent since the last call.
        """

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        """Perform an operation that is none of the above, such as `cancel` on a run. Return the answer.

        To send an event to a session, `create` is called on `agents/sessions/events` with the
        session's id as `parent`; its answer is empty.
        """

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        """Return the bytes of a file, or of another object's content.

        It must raise ProviderError if the API does not return all of them.
        """

    def close(self) -> None:
        """Close connections, and stop an embedded server. It may be called more than once."""
