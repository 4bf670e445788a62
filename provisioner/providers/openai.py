"""The `Provider` of the OpenAI API: it turns operations on collections into requests.

Answers are parsed as plain JSON and not into the SDK's types, so that a row contains everything
that the server sent, including unknown keys and unexpected types.
"""

from __future__ import annotations

import ssl
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

from provisioner.model.codes import servers as codes
from provisioner.model.errors import NoSuchApi, NotFound
from provisioner.model.provider import Rows
from provisioner.providers import bodies, deep, wire
from provisioner.providers.both_ends import every_row
from provisioner.providers.connection import Form, Request
from provisioner.providers.faults import Asked, Faults
from provisioner.providers.pages import Walk, id_of, page_of
from provisioner.providers.sharing import Sharing
from provisioner.providers.uploads import Progress, Upload, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from provisioner.model.provider import Row
    from provisioner.providers.connection import Connection
    from provisioner.providers.meter import Meter
    from provisioner.providers.retries import Retries

T = TypeVar("T")

FAILURES = (
    httpx2.HTTPError,
    ssl.SSLError,  # the HTTP library does not wrap all of these
    httpx2.InvalidURL,
    TypeError,  # TypeError and ValueError: a value that cannot be JSON, a header or a path
    ValueError,
    RuntimeError,  # after `close`
)
"""All exceptions that a connection raises."""

SWITCHES = frozenset({"pause", "resume"})
"""Actions that may be sent again after a lost answer: the second one has no further effect."""


class OpenAIProvider:
    """Reads and writes objects over one connection. Any number of threads may use it at once.

    The method `close` calls the parameter `close`. `within()` opens a block that limits the
    time of one request. `sharing` stores equal values of rows once.
    """

    def __init__(
        self,
        connection: Connection,
        retries: Retries,
        faults: Faults,
        meter: Meter,
        close: Callable[[], None],
        *,
        within: Callable[[], AbstractContextManager[None]],
        sharing: Sharing | None = None,
    ) -> None:
        self._connection = connection
        self._retries = retries
        self._faults = faults
        self._meter = meter
        self._close = close
        self._within = within
        self._sharing = sharing or Sharing()

    @property
    def requests(self) -> Mapping[str, int]:
        return self._meter.requests

    def close(self) -> None:
        self._close()

    def list(self, collection: str, parent: str = "", **query: Any) -> list[Row]:
        asked = Asked("list", collection, parent=parent)
        self._check(asked, "list")

        def fetch(parameters: Mapping[str, Any]) -> Any:
            send = partial(self._get, asked, params={**query, **parameters})
            return self._answer(send, asked, self._page, repeatable=True)

        limits = wire.collection_of(collection).limits
        noun = collection.rpartition("/")[2].replace("_", " ")
        self._meter.reading(noun, 0)
        if not limits:
            page = page_of(fetch({}), str(asked))
            return Rows(page.rows, page.nameless)
        what = str(asked).removeprefix("list ")
        return every_row(Walk(fetch, what, limits, partial(self._meter.reading, noun)))

    def get(self, collection: str, id: str, parent: str = "") -> Row:
        asked = Asked("get", collection, id, parent)
        self._check(asked, "get")
        return self._answer(partial(self._get, asked, id), asked, self._row, repeatable=True)

    def create(self, collection: str, body: Mapping[str, Any], parent: str = "") -> Row:
        asked = Asked("create", collection, parent=parent)
        self._check(asked, "create")
        send = partial(
            self._uploading if "files" in body and asked.collection in wire.FORMS else self._post,
            asked,
            body,
        )
        return self._answer(send, asked, self._row, repeatable=False)

    def update(self, collection: str, id: str, body: Mapping[str, Any], parent: str = "") -> Row:
        asked = Asked("update", collection, id, parent)
        self._check(asked, "update")
        send = partial(self._post, asked, body, id)
        row = self._answer(send, asked, self._row_or_nothing, repeatable=True)
        # Some servers answer an update with an empty body, so the object is read.
        return row or self.get(collection, id, parent)

    def delete(self, collection: str, id: str, parent: str = "") -> None:
        asked = Asked("delete", collection, id, parent)
        self._check(asked, "delete")
        try:
            self._answer(partial(self._delete, asked), asked, self._deleted, repeatable=True)
        except NotFound:
            # An earlier try, whose answer was lost, may have deleted the object.
            return

    def upload(
        self, path: Path, name: str, sha256: str, sent: Callable[[int], None] | None = None
    ) -> Row:
        asked = Asked(f"upload {name} to", "files")
        progress = Progress(sent)

        def send() -> httpx2.Response:
            # Opened for each try, because an earlier try has read the file to some point.
            with Upload(path, sha256, progress) as file:
                form = Form({"purpose": "assistants"}, [("file", name, file)])
                return self._connection.send(Request("POST", wire.path_of("files", ""), form=form))

        try:
            # A second upload would make a second file, so it is not sent again after a lost answer.
            return self._answer(send, asked, self._row, repeatable=False)
        except OSError as error:
            raise unreadable(path, error) from error

    def action(
        self, collection: str, id: str, verb: str, body: Mapping[str, Any], parent: str
    ) -> Row:
        asked = Asked(verb, collection, id, parent)
        told = verb == "create"  # an event is posted to a collection below the object `id`
        send = partial(self._tell if told else self._act, asked, body or None)
        silent = wire.collection_of(collection).silent
        read = self._row_or_nothing if silent else self._row
        return self._answer(send, asked, read, repeatable=verb in SWITCHES)

    def content(self, id: str, collection: str = "files", parent: str = "") -> bytes:
        asked = Asked("get", collection, id, parent)
        send = partial(self._get, asked, id, "content", verb="content")
        return self._answer(send, asked, lambda response, _: response.content, repeatable=True)

    def _check(self, asked: Asked, verb: str) -> None:
        """Raise NoSuchApi if the API does not have the operation `verb` for the collection."""
        if verb in self._lacks(asked.collection):
            code = codes.NO_SUCH_OPERATION
            raise NoSuchApi(code, f"It is impossible to {asked}: the API has no request for it.")

    def _lacks(self, collection: str) -> frozenset[str]:
        """Return the operations that the API does not have for a collection."""
        return wire.collection_of(collection).lacks

    def _get(
        self, asked: Asked, *rest: str, params: Mapping[str, Any] | None = None, verb: str = "get"
    ) -> httpx2.Response:
        path = wire.path_of(asked.collection, asked.parent, *rest)
        headers = wire.headers_of(asked.collection, verb)
        return self._connection.send(Request("GET", path, params or {}, headers))

    def _post(self, asked: Asked, body: object, *rest: str) -> httpx2.Response:
        return self._send(asked, wire.path_of(asked.collection, asked.parent, *rest), body)

    def _act(self, asked: Asked, body: object) -> httpx2.Response:
        """Send an action such as `cancel`, whose name is the last part of the path."""
        return self._post(asked, body, asked.id, asked.verb)

    def _tell(self, asked: Asked, body: object) -> httpx2.Response:
        """Send an event to the collection of events below an object."""
        return self._send(asked, wire.path_of(asked.collection, asked.id), body)

    def _send(self, asked: Asked, path: str, body: object) -> httpx2.Response:
        headers = wire.headers_of(asked.collection, asked.verb)
        return self._connection.send(Request("POST", path, headers=headers, json=body))

    def _delete(self, asked: Asked) -> httpx2.Response:
        path = wire.path_of(asked.collection, asked.parent, asked.id)
        headers = wire.headers_of(asked.collection, "delete")
        return self._connection.send(Request("DELETE", path, headers=headers))

    def _uploading(self, asked: Asked, body: Mapping[str, Any]) -> httpx2.Response:
        """Send a create request as a multipart form.

        The value of `files` in `body` is a list of pairs (file name, content).
        """
        path = wire.path_of(asked.collection, asked.parent)
        headers = wire.headers_of(asked.collection, asked.verb)
        return self._connection.send(
            Request("POST", path, headers=headers, form=wire.form_of(body))
        )

    def _answer(
        self,
        send: Callable[[], httpx2.Response],
        asked: Asked,
        read: Callable[[httpx2.Response, Asked], T],
        *,
        repeatable: bool,
    ) -> T:
        """Send a request by calling `send`, and return what `read` makes of the answer.

        A request that is not `repeatable` is sent again only if it was certainly not performed.
        `asked` describes it in errors. Raises ProviderError.
        """

        def once() -> T:
            started = time.monotonic()
            try:
                with self._within():
                    response = send()
            except FAILURES as error:
                self._meter.trace(error, time.monotonic() - started)
                raise self._faults.of(error, asked) from error
            self._meter.trace(response, time.monotonic() - started)
            if not response.is_success:
                raise self._faults.refused(response, asked)
            if wait := bodies.announced_wait(response):
                self._retries.hold(wait)
            # Read inside of the try: a body that cannot be read may be sent whole at the next one.
            return read(response, asked)

        return self._retries.run(once, repeatable=repeatable)

    def _json(self, response: httpx2.Response, asked: Asked) -> Any:
        try:
            return deep.parsed(response.content)
        except ValueError:
            raise self._faults.unreadable(response, asked, "is not JSON") from None

    def _page(self, response: httpx2.Response, asked: Asked) -> Any:
        """Return the body of a page, after its values were replaced by equal ones in memory."""
        body = self._json(response, asked)
        self._sharing.share(body)
        return body

    def _row(self, response: httpx2.Response, asked: Asked) -> Row:
        """Return the object in an answer. Raises Fault if it has no id or is nested too deeply."""
        row = self._json(response, asked)
        if not (id := id_of(row)):
            raise self._faults.unreadable(response, asked, "is no object with an id")
        if bodies.is_deep(row):
            raise self._faults.unreadable(response, asked, "is nested too deeply to be read")
        return {**row, "id": id}

    def _row_or_nothing(self, response: httpx2.Response, asked: Asked) -> Row:
        """Return the object in an answer, or {} if the body is empty."""
        return self._row(response, asked) if response.content.strip() else {}

    def _deleted(self, response: httpx2.Response, asked: Asked) -> None:
        """Raise Fault if the answer to a DELETE says that nothing was deleted."""
        body = bodies.parsed(response)
        if isinstance(body, dict) and body.get("deleted") is False:
            raise self._faults.unreadable(response, asked, "says that the object was not deleted")
