"""Redirect `load` while tests run, so that an unchanged application uses other accounts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.model.address import Address

if TYPE_CHECKING:
    from provisioner.verbs.load.live_assistant import LiveAssistant

_REDIRECTS: list[Callable[[Address], "LiveAssistant"]] = []
"""The redirects in force. A list and no context variable, because an application may call `load` in
threads of its own."""


@contextmanager
def redirected(find: Callable[[Address], "LiveAssistant"]) -> Iterator[None]:
    """Let every `load` of this process return `find(address)` until the block ends."""
    _REDIRECTS.append(find)
    try:
        yield
    finally:
        _REDIRECTS.remove(find)


def redirect() -> "Callable[[Address], LiveAssistant] | None":
    """Return the innermost redirect in force; None if there is none."""
    return _REDIRECTS[-1] if _REDIRECTS else None
