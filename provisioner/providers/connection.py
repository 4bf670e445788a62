"""The transport of API requests: it sends one `Request` and returns one `httpx2.Response`.

`Connection` is the protocol, and `HttpConnection` implements it with httpx2. The official SDK uses
the same library, but importing the SDK takes longer than a whole `plan` of twenty assistants. So
the SDK sends no request. `tests/providers/test_wire.py` also sends every kind of request with the
SDK, and compares the requests that arrive at a server.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol

import httpx2

from provisioner.model.codes import servers as codes
from provisioner.model.errors import ProviderError
from provisioner.model.frozen import frozen
from provisioner.model.version import VERSION
from provisioner.providers import bodies
from provisioner.providers.settings import NO_KEY
from provisioner.providers.transport import ENCODINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO, TypeAlias

    from provisioner.providers.settings import Settings

    Content: TypeAlias = bytes | IO[bytes]

JSON = "application/json"
USER_AGENT = f"provisioner/{VERSION}"
CONNECT_SECONDS = 10.0
"""The most seconds that opening a connection may take."""
MOST_REDIRECTS = 5
"""The most redirects that one request follows."""


@frozen
class Form:
    """A multipart body: text fields by name, and files as (field name, file name, content).

    A file's content is read from its beginning, piece by piece, while it is sent.
    """

    fields: Mapping[str, str]
    files: Sequence[tuple[str, str, Content]]


@frozen
class Request:
    """One request to the API. `path` is percent-encoded and is appended to the target's `base_url`.

    `headers` are added to those that every request has. `json` is a JSON value, or None for a
    request without a body. If there is a `form`, the form is the body.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Form | None = None


class Connection(Protocol):
    """Sends requests to one server. Any number of threads may use it at once."""

    def send(self, request: Request) -> httpx2.Response:
        """Return the answer, whatever its status is, with its body read to the end.

        Raises httpx2.HTTPError or ssl.SSLError if no whole answer arrived. Raises ValueError,
        TypeError, httpx2.InvalidURL or, after `close`, RuntimeError if the request cannot be sent.
        """

    def close(self) -> None:
        """Close all open connections."""


@frozen
class Hooks:
    """Functions that are called with each request before it is sent, and with each answer.

    A redirect counts as an answer.
    """

    request: Sequence[Callable[[httpx2.Request], None]] = ()
    response: Sequence[Callable[[httpx2.Response], None]] = ()


class HttpConnection:
    """Sends requests with httpx2, through `transport`, to the address in the settings.

    `timeout` is in seconds, for each pause between bytes. Raises ProviderError if the settings
    cannot be used for a request.
    """

    def __init__(
        self, settings: Settings, transport: httpx2.BaseTransport, timeout: float, hooks: Hooks
    ) -> None:
        own = {name.lower(): text for name, text in settings.headers.items()}
        self._json = own.get("content-type", JSON)
        query = {"api-version": settings.api_version} if settings.foundry else {}
        try:
            self._client = httpx2.Client(
                base_url=settings.base_url,
                params=query,
                headers=_headers(settings),
                transport=transport,
                # The hook `_stay` of `client.py` refuses a redirect to another host before it is
                # followed.
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
                timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
                event_hooks={"request": [*hooks.request], "response": [*hooks.response]},
            )
        except (httpx2.InvalidURL, ValueError) as error:
            is_of_a_header = isinstance(error, UnicodeError)
            detail = _NO_HEADER if is_of_a_header else bodies.ended(str(error))
            raise ProviderError(codes.NOT_CONNECTABLE, detail) from error

    def send(self, request: Request) -> httpx2.Response:
        return self._client.send(self._built(request))

    def close(self) -> None:
        self._client.close()

    def _built(self, request: Request) -> httpx2.Request:
        """Return `request` in the form that the HTTP library needs."""
        headers, body = dict(request.headers), _body(request)
        if request.form is None and request.method != "GET":
            # The SDK sends this header even without a body, and servers are tested with the SDK.
            headers["Content-Type"] = self._json
        return self._client.build_request(
            request.method, request.path, params=request.query or None, headers=headers, **body
        )


def _body(request: Request) -> dict[str, Any]:
    """Return the arguments by which the HTTP library builds the body.

    Raises ValueError or TypeError.
    """
    if form := request.form:
        files = [(field, (name, content)) for field, name, content in form.files]
        return {"data": dict(form.fields), "files": files}
    if request.json is None:
        return {}
    # Without `allow_nan=False` Python would write NaN, which is no JSON.
    text = json.dumps(request.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return {"content": text.encode()}


_NO_HEADER = (
    "One of the target's `headers:` contains a non-ASCII character, which no HTTP header can contain. "
    "Nothing was sent. Correct its value, or the variable that it comes from."
)


def _headers(settings: Settings) -> dict[str, str]:
    """Return the headers of every request. A header of the target replaces ours of the same name.

    `Content-Type` is left out, because it differs between requests. The environment is not read
    here: the settings already contain everything from it.
    """
    named = {
        "Accept": JSON,
        "Accept-Encoding": ENCODINGS,
        "User-Agent": USER_AGENT,
        "Authorization": f"Bearer {settings.api_key or NO_KEY}",
        "OpenAI-Organization": settings.organization,
        "OpenAI-Project": settings.project,
    }
    given = {k: v for k, v in settings.headers.items() if k.lower() != "content-type"}
    lower = {name.lower() for name in given}
    ours = {name: text for name, text in named.items() if text and name.lower() not in lower}
    return {**ours, **given}
