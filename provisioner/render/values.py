"""Print one value of a spec on one line, folded or cut to the width that is available."""

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.plan import UNSET
from provisioner.model.value import (
    Content,
    MissingSecret,
    Placeholder,
    Reference,
    RemoteId,
    Sensitive,
)
from provisioner.render.visible import visible
from provisioner.render.widths import columns, head

MASK = Sensitive("")
"""The value that is shown in place of a secret."""
_DEEPEST = 12
"""The most levels of a value that `Values.line` shows. Deeper parts are folded."""
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
"""An encoder that is kept, because `json.dumps` makes a new one for every value."""


@frozen
class Values:
    """Prints values. `fresh` are the addresses of resources whose ids are known after apply."""

    fresh: AbstractSet[Address] = frozenset()

    def line(self, value: Any, room: int) -> str:
        """Return a value in at most `room` columns. The deepest parts are folded first.

        For a text that does not fit, its size and its beginning are shown.
        """
        if _is_text(value) and ("\n" in value or columns(value) + 2 > room):
            return _long(value, room)
        # From deep to shallow, so that as much of the value is shown as fits.
        for depth in range(_DEEPEST, -1, -1):
            text = self._print(value, depth)
            if columns(text) <= room:
                return text
        return head(text, room)

    def whole(self, value: Any) -> str:
        """Return a value with nothing folded, however long it is."""
        return self._print(value, depth=1000)

    def block(self, value: Any, room: int) -> Iterator[str]:
        """Yield a line for each item of a mapping or list. A long item is indented below its name."""
        for name, item in _items(value):
            text = self.whole(item)
            if columns(name) + columns(text) < room:
                yield f"{name} {text}"
            elif isinstance(item, Mapping | list | tuple):
                yield name
                yield from (f"  {row}" for row in self.block(item, room - 2))
            else:
                yield f"{name} {self.line(item, room - columns(name) - 1)}"

    def _print(self, value: Any, depth: int) -> str:
        """Return a value in which everything below `depth` levels is folded."""
        match value:
            case Reference(address):
                unknown = " (known after apply)" if address in self.fresh else ""
                return visible(f"{address}{unknown}")
            # Each of these prints itself. JSON would put a Placeholder, a `str`, in quotes.
            case Sensitive() | RemoteId() | MissingSecret() | Content() | Placeholder():
                return visible(str(value))
            case dict() | Mapping():
                return self._mapping(value, depth)
            case list() | tuple():
                return self._list(value, depth)
            case _ if value is UNSET:
                return str(UNSET.value)
            case _:
                return visible(_JSON.encode(value))

    def _mapping(self, value: Mapping[str, Any], depth: int) -> str:
        """Return a mapping with `depth` levels of it, or only the number of its keys if `depth` is 0."""
        if value and not depth:
            return f"{{… {plural(len(value), 'key')}}}"
        items = (f"{visible(str(k))}: {self._print(v, depth - 1)}" for k, v in value.items())
        return f"{{{', '.join(items)}}}"

    def _list(self, value: list[Any] | tuple[Any, ...], depth: int) -> str:
        """Return a list with `depth` levels of it, or only the number of its items if `depth` is 0."""
        if value and not depth:
            return f"[… {plural(len(value), 'item')}]"
        return f"[{', '.join(self._print(item, depth - 1) for item in value)}]"


def plural(count: int, word: str, many: str = "") -> str:
    """Return a number with its noun, such as `1 line` and `1,204 lines`.

    `many` is an irregular plural.
    """
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def _is_text(value: Any) -> bool:
    """Return true for a text, as opposed to a placeholder for one."""
    return isinstance(value, str) and not isinstance(value, Placeholder)


def _long(text: str, room: int) -> str:
    """Return the size and the beginning of a long text, as `38 lines, 2,391 characters: "You answer…"`."""
    lines = text.rstrip("\n").count("\n") + 1
    size = plural(len(text), "character")
    about = f"{plural(lines, 'line')}, {size}: " if lines > 1 else f"{size}: "
    first = text.lstrip().partition("\n")[0]
    quoted = json.dumps(head(visible(first), max(room - len(about) - 2, 12)), ensure_ascii=False)
    return about + quoted


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Return the names and the values of the items of a mapping or list. Each name in a list is `-`."""
    if isinstance(value, Mapping):
        return ((f"{visible(str(key))}:", item) for key, item in value.items())
    return (("-", item) for item in value)
