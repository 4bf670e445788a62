"""Defines the protocol by which `pipelines/` uses the API of a host.

`providers.site` implements it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from provisioner.model.frozen import frozen


@frozen
class Answer:
    """The answer to one request: its HTTP status, and its body as parsed JSON (None if it has none)."""

    status: int
    body: Any = None


class HostApi(Protocol):
    """Requests to the API of one host, with its token.

    Every request must be sent to that host and to no other, and no redirect may be followed. A
    request that writes may be repeated only if it certainly was not performed. `send` must raise
    NotFound for status 404, and another ProviderError if no usable answer came or the host refused.
    """

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
    ) -> Answer:
        """Send one request, to the URL of the API with `path` after it. Return the answer.

        `path` begins with a slash and is percent-encoded.
        """

    def close(self) -> None:
        """Close all open connections."""


Connect: TypeAlias = Callable[[str, Mapping[str, str]], HostApi]
"""A function that returns the connection to the API at a URL.

The headers are sent with every request; their values are secret.
"""
