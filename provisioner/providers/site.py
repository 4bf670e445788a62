"""Sends the requests of `pipelines` to the API of a GitHub or GitLab host.

Every request has a time limit, and only requests that are safe to repeat are sent again. The token
goes to this host alone: a redirect is an error, because no request of `pipelines` needs one.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx2

from provisioner.model.codes import pipelines as codes
from provisioner.model.errors import NotFound, ProviderError, Unauthorized
from provisioner.model.host_api import Answer
from provisioner.model.stack import web_address
from provisioner.providers import bodies
from provisioner.providers.retries import Fault
from provisioner.providers.route import route_to
from provisioner.providers.transport import Deadline, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS: Final = 60.0
"""Seconds that one request may take, from its first byte to its last."""
TRIES: Final = 4
"""The most times that one request is sent."""
PAUSE: Final = 1.0
"""Seconds before the second try. Each further pause is twice as long."""
LONGEST_PAUSE: Final = 60.0
"""The most seconds between two tries, even if the host asks for more."""
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""The hosts on this machine, to which a request may go without TLS."""
PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""Statuses after which a request that only reads is sent again."""


class Site:
    """The API of one host. Implements `model.host_api.HostApi`.

    `headers` are sent with every request, and no error shows their values. Raises ProviderError for
    a URL that is neither `https` nor on this machine.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        trace: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = _address(url)
        self._redact = bodies.Redactor(_secrets(headers))
        self._deadline = Deadline()
        self._trace, self._sleep = trace, sleep
        route = route_to(self._base)
        self._client = httpx2.Client(
            # Only encodings that `Transport` decompresses, because it counts the bytes of each body.
            headers={"Accept-Encoding": "gzip, deflate", **headers},
            transport=Transport(
                route, self._deadline, secure=self._base.lower().startswith("https:")
            ),
            follow_redirects=False,
            timeout=httpx2.Timeout(SECONDS, connect=10.0),
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
    ) -> Answer:
        for attempt in range(1, TRIES + 1):
            answer = self._tried(method, path, query, json, is_last=attempt == TRIES)
            if isinstance(answer, httpx2.Response):
                return self._told(method, path, answer)
            self._sleep(min(LONGEST_PAUSE, max(answer, PAUSE * 2.0 ** (attempt - 1))))
        raise AssertionError  # the last try returns or raises

    def close(self) -> None:
        self._client.close()

    def _tried(
        self, method: str, path: str, query: Mapping[str, Any] | None, json: Any, *, is_last: bool
    ) -> httpx2.Response | float:
        """Return the answer, or the seconds that the host asks to wait before another try."""
        try:
            with self._deadline.of(SECONDS):
                answer = self._client.request(
                    method, f"{self._base}{path}", params=dict(query or {}) or None, json=json
                )
        except httpx2.ConnectError as error:
            # Without a connection nothing was sent, so even a write may be sent again.
            if not is_last:
                return 0.0
            raise self._lost(method, path, error) from None
        except (httpx2.HTTPError, Fault) as error:
            if method == "GET" and not is_last:
                return 0.0
            raise self._lost(method, path, error) from None
        if self._trace:
            self._trace(f"{method} {path} {answer.status_code}")
        # The host did not perform a request that it refused for a limit. After another error it may
        # have performed a write, so only a GET is sent again.
        again = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or _is_limited(answer)
        again |= method == "GET" and answer.status_code in PASSING
        return _asked(answer) if again and not is_last else answer

    def _told(self, method: str, path: str, answer: httpx2.Response) -> Answer:
        """Return the answer to a request that succeeded, and raise ProviderError for any other answer."""
        status = answer.status_code
        body = bodies.parsed(answer)
        if answer.is_success:
            return Answer(status, body)
        said = body.get("message") if isinstance(body, dict) else ""
        quoted = f": {bodies.ended(self._redact(str(said)))}" if said else "."
        detail = f"{method} {path} was answered with {status}{quoted}"
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            detail = f"{detail} Check the job's token, its permissions and its rate limit."
            raise Unauthorized(codes.HOST_REFUSED, detail, status)
        if status == HTTPStatus.NOT_FOUND:
            # Both hosts answer 404, and not 403, if the token may not even read the object.
            detail = f"{detail} Either there is no such object, or the job's token may not read it."
            raise NotFound(codes.HOST_REFUSED, detail, status)
        if answer.is_redirect:
            detail = f"{detail} A redirect is not followed, because the token belongs to this host alone."
        elif status in PASSING:
            detail = f"{detail} The host may answer later. Run the job again."
        else:
            detail = (
                f"{detail} The host does not accept this request. Correct what its answer names."
            )
        raise ProviderError(codes.HOST_REFUSED, detail, status)

    def _lost(self, method: str, path: str, error: Exception) -> ProviderError:
        """Return the error for a request that got no answer."""
        why = self._redact(str(error)) or type(error).__name__
        return ProviderError(
            codes.HOST_UNREACHABLE,
            f"No whole answer came to {method} {path}: {bodies.ended(why)} Run the job again.",
        )


_WHENCE: Final = "The address comes from GITHUB_API_URL or CI_API_V4_URL."


def _address(url: str) -> str:
    """Return the base URL of the host's API.

    Raises ProviderError if it is unusable or without TLS.
    """
    try:
        base = web_address(url)
    except ValueError as error:
        raise ProviderError(
            codes.PIPELINE_INCOMPLETE,
            f"The address of the pipeline host's API cannot be used: {error}. {_WHENCE}",
        ) from None
    parts = httpx2.URL(base)
    if parts.scheme != "https" and parts.host not in LOCAL:
        detail = (
            f"The pipeline host's API is at {base}, without TLS, so no token is sent there. {_WHENCE} "
            "It must begin with https://."
        )
        raise ProviderError(codes.PIPELINE_INCOMPLETE, detail)
    return base


def _secrets(headers: Mapping[str, str]) -> list[str]:
    """Return the values of headers that no error may show, each with and without its `Bearer `."""
    values = [value for name, value in headers.items() if name.lower() in _SECRET]
    return [*values, *(value.rpartition(" ")[2] for value in values)]


_SECRET: Final = frozenset({"authorization", "private-token", "job-token"})
"""The names of headers whose values are secret."""


def _is_limited(answer: httpx2.Response) -> bool:
    """Return true if an answer is the 403 that GitHub sends when a rate limit is reached."""
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return answer.status_code == HTTPStatus.FORBIDDEN and spent


def _asked(answer: httpx2.Response) -> float:
    """Return the seconds that the host asks to wait before another try, or 0 if it names none."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
