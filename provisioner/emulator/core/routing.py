"""The table of URLs: it finds the route of a request by method and path.

Werkzeug's own URL map also compiles a URL builder for each rule, which takes longer than everything
else that starting a server does. This server builds no URLs, so a tree of path segments is enough.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Endpoint = TypeVar("Endpoint")


class NoSuchUrl(Exception):
    """No route has this path."""


class WrongMethod(Exception):
    """There are routes with this path, but none with this method."""


@dataclass(slots=True)
class _Segment(Generic[Endpoint]):
    """A node in the tree of path segments.

    `fixed` maps the text of the next segment to its node, and `varying` is the node for any other
    text. `ends` maps a method to the endpoint of the path that ends here.
    """

    fixed: dict[str, _Segment[Endpoint]] = field(default_factory=dict)
    varying: _Segment[Endpoint] | None = None
    ends: dict[str, Endpoint] = field(default_factory=dict)


class Routes(Generic[Endpoint]):
    """A table of endpoints by method and path.

    A segment of a path is a fixed text, or `<name>`, which matches any text.
    """

    def __init__(self) -> None:
        self._root: _Segment[Endpoint] = _Segment()

    def add(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Add a route. A GET route answers HEAD as well."""
        here = self._root
        for segment in path.strip("/").split("/"):
            if segment.startswith("<"):
                here.varying = here.varying or _Segment()
                here = here.varying
            else:
                here = here.fixed.setdefault(segment, _Segment())
        for name in ("GET", "HEAD") if method == "GET" else (method,):
            here.ends[name] = endpoint

    def match(self, method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
        """Return the endpoint of a request, and the texts that `<name>` segments matched, in order.

        A slash at the end of the path is ignored. Raises NoSuchUrl or WrongMethod.
        """
        segments = path.lstrip("/").removesuffix("/").split("/")
        known = False
        for end, values in _ends(self._root, segments, ()):
            if method in end.ends:
                return end.ends[method], values
            known = known or bool(end.ends)
        raise WrongMethod if known else NoSuchUrl


def _ends(
    here: _Segment[Endpoint], segments: list[str], values: tuple[str, ...]
) -> Iterator[tuple[_Segment[Endpoint], tuple[str, ...]]]:
    """Yield (node, texts) for each node that `segments` lead to from the node `here`.

    `texts` are `values`, and then each segment that matched a `<name>`. Matches of fixed segments
    come first.
    """
    if not segments:
        yield here, values
        return
    first, *rest = segments
    if first in here.fixed:
        yield from _ends(here.fixed[first], rest, values)
    # A fixed segment does not exclude this: `/threads/runs` has the method POST only, and a GET of
    # it asks for the thread with the id `runs`.
    if first and here.varying is not None:
        yield from _ends(here.varying, rest, (*values, first))
