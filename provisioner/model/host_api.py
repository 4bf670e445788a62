"""The protocol between the room `pipelines` and the API of a host. `providers.site` sends the requests."""

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

    It must send every request to that host and to no other, and must not follow a redirect. It must
    send a request that writes again only if it certainly was not performed. `send` must raise
    NotFound for 404, and another ProviderError where no usable answer came or the host refused.
    """

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
    ) -> Answer:
        """Send one request. `path` begins with a slash, is percent-encoded, and follows the API's URL."""

    def close(self) -> None:
        """Close all open connections."""


Connect: TypeAlias = Callable[[str, Mapping[str, str]], HostApi]
"""Returns the way to the API at a URL. The headers go with every request; their values are secret."""
