"""Send `load` elsewhere while tests run: an application is tested as it stands, on other accounts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.model.address import Address

if TYPE_CHECKING:
    from provisioner.verbs.load.live_assistant import LiveAssistant

_REDIRECTS: list[Callable[[Address], "LiveAssistant"]] = []
"""A list and not a context variable: an application may call `load` in threads of its own."""


@contextmanager
def redirected(find: Callable[[Address], "LiveAssistant"]) -> Iterator[None]:
    """Let every `load` of this process return `find(address)` until the block ends."""
    _REDIRECTS.append(find)
    try:
        yield
    finally:
        _REDIRECTS.remove(find)


def redirect() -> "Callable[[Address], LiveAssistant] | None":
    """Return the innermost redirect that is in force, None where there is none."""
    return _REDIRECTS[-1] if _REDIRECTS else None
