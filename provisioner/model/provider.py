"""The seam to the outside: what the house asks of a live side, and nothing of how."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""One object as the server returned it: parsed JSON."""
Body: TypeAlias = dict[str, Any]
"""What a create or an update sends."""


class Provider(Protocol):
    """Objects in collections; every method may raise a ProviderError and no other error.

    Collections are named as the API's paths name them: `assistants`, `vector_stores`, `files`,
    `threads`, `models`; and, inside the object `parent`: `vector_stores/files`,
    `vector_stores/file_batches`, `threads/messages`, `threads/runs`. What lies deeper takes
    `parent` as `THREAD/RUN`: `threads/runs/steps`. Sessions have theirs in the same way:
    `agents/sessions`, `agents/sessions/turns`, `agents/sessions/turns/items`.

    Reads, updates and deletes may be sent again by the provider itself. A create is sent again
    only where it certainly was not performed; else it raises Ambiguous.
    """

    @property
    def requests(self) -> Mapping[str, int]:
        """Requests sent so far, by HTTP method; retries count."""

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        """Every object, all pages, each id once. Raises NoSuchApi where there is no such path."""

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        """One object. Raises NotFound."""

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Make one. Raises Ambiguous when it may have been made and nobody can say."""

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        """Change the given fields. `null` clears one. Raises NotFound."""

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        """Remove one. It being gone already is success."""

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        """Upload a local file for assistants, under `name`.

        Raises ProvisionerError when its content no longer has `sha256` (hex), Ambiguous as create
        does. `sent` is called with the count of bytes sent since its last call.
        """

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        """What is none of the five: `cancel`, `submit_tool_outputs`, on a run.

        What a session is told is `create` on `agents/sessions/events`, with the session's id; its
        answer is empty.
        """

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        """The bytes of a file, or of what an object holds, where the API gives them out."""

    def close(self) -> None:
        """Let go of connections and of an embedded server."""
