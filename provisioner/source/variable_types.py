"""The types of variables, and the conversion of texts to these types."""

from collections.abc import Mapping
from typing import Any, Final, Self

KINDS_OF_VALUE: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}
"""The Python types that a value of each type of variable may have."""


class Given(str):
    """A text from the command line, a file or the environment, which may have to be converted.

    `source` names its origin in messages.
    """

    __slots__ = ("source",)
    source: str

    @classmethod
    def of(cls, text: str, source: str) -> Self:
        """Return a text with its origin, such as an option or a file."""
        made = cls(text)
        made.source = source
        return made


def type_of(default: Any) -> str:
    """Return the type of a variable that declares none: that of its default, else `string`."""
    if isinstance(default, bool):
        return "boolean"
    return "number" if isinstance(default, int | float) else "string"


def converted(text: str, wanted: str) -> Any:
    """Return `text` converted to the type `wanted`, or unchanged if it is no value of that type."""
    if wanted == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    for make in {"integer": (int,), "number": (int, float)}.get(wanted, ()):
        try:
            return make(text)
        except ValueError:
            continue
    return text
