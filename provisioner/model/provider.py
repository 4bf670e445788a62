"""The protocol between this package and a live side. Only providers know how requests are sent."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""One object as the server returned it: parsed JSON. No caller may change it."""
Body: TypeAlias = dict[str, Any]
"""The JSON object that a create or an update sends."""


class Rows(list[Row]):
    """The rows of one list, each with a text under `id`.

    `nameless` are the rows that came without a usable id. They stand apart because nothing can be done
    with such an object, but what it names is in use.
    """

    __slots__ = ("nameless",)

    def __init__(self, rows: Iterable[Row] = (), nameless: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self.nameless = tuple(nameless)


def nameless(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows without an id that came with a list; none where the list is a plain one."""
    return rows.nameless if isinstance(rows, Rows) else ()


class Provider(Protocol):
    """The operations on objects in collections.

    Every method may raise ProviderError, and nothing else. Collections are named as the API's paths
    name them: `assistants`, `vector_stores`, `files`, `threads`, `models`; and, inside the object
    `parent`: `vector_stores/files`, `vector_stores/file_batches`, `threads/messages`,
    `threads/runs`. Deeper collections take `parent` as `THREAD/RUN`: `threads/runs/steps`. Sessions
    are named in the same way: `agents/sessions`, `agents/sessions/turns`,
    `agents/sessions/turns/items`.

    A provider may send reads, updates and deletes again by itself, and may keep connections. It
    must send a create or an upload again only if it certainly was not performed. It must not
    interpret rows, must not look for marks, and must not answer from earlier reads. Its methods
    must be safe to call from several threads.
    """

    @property
    def requests(self) -> Mapping[str, int]:
        """The number of requests sent so far, by HTTP method. Each sending of a request counts."""

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        """Return every object of a collection, all pages, each id once.

        Rows that the server sent without an id may stand apart, in `Rows.nameless` of the answer.
        It must raise an error where any page cannot be read, and must not return the other pages. It
        must raise NoSuchApi where the server has no such path, and NotFound where `parent` is gone.
        """

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        """Return one object as it is now. It must raise NotFound where there is none."""

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Make one object and return it as the server answered.

        It must raise Ambiguous where no answer came and the object may have been made.
        """

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Change the given fields and return the object as the server answered.

        A null clears a field. It must not send a field that `body` does not have. It must raise
        NotFound where there is no such object.
        """

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        """Remove one object. An object that is gone already counts as removed."""

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        """Upload a local file for assistants, under `name`, and return its row.

        It must raise ProvisionerError where the content no longer has `sha256` (hex), and Ambiguous
        as `create` does. It may call `sent` with the count of bytes sent since the last call.
        """

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        """Perform an action that is none of the five above, such as `cancel` or `pause` on a run.

        An event is sent to a session with `create` on `agents/sessions/events` and the session's id.
        The answer to it is empty.
        """

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        """Return the bytes of a file, or of the content of an object.

        It must raise a ProviderError if the API does not return them, and must not cut them.
        """

    def close(self) -> None:
        """Close connections, and stop an embedded server. It may be called more than once."""
