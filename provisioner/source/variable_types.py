"""The types of variables, and texts from outside that become values of them."""

from collections.abc import Mapping
from typing import Any, Final, Self

KINDS_OF_VALUE: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


class Given(str):
    """A text that came from outside, where everything is text; `source` says from where."""

    __slots__ = ("source",)
    source: str

    @classmethod
    def of(cls, text: str, source: str) -> Self:
        """Return a text that came from `source`, such as an option or a file."""
        made = cls(text)
        made.source = source
        return made


def type_of(default: Any) -> str:
    """Return the type of a variable that declares none: that of its default."""
    if isinstance(default, bool):
        return "boolean"
    return "number" if isinstance(default, int | float) else "string"


def converted(text: str, wanted: str) -> Any:
    """Return `text` as that type, or as it is where it is none."""
    if wanted == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    for make in {"integer": (int,), "number": (int, float)}.get(wanted, ()):
        try:
            return make(text)
        except ValueError:
            continue
    return text
