"""Write values as Python literals and as shell words, quoted so that no text is executed."""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.model.frozen import frozen
from provisioner.model.value import walk
from provisioner.render.document import to_json

WIDTH = 88
"""The columns of a line of Python, as in the style of the SDK."""
LONG = 60
"""A text with several lines is split at its line breaks if it has at least so many characters."""
INDENT = "    "


@frozen
class FromEnvironment:
    """A text that the generated code reads from an environment variable."""

    variable: str


def python(value: Any, depth: int = 0, taken: int = 0) -> str:
    """Return a value as a Python expression, on several lines if it is long.

    `depth` is the number of indents of its line. `taken` is the number of columns before it on that
    line.
    """
    match value:
        case FromEnvironment(variable):
            return f"os.environ[{quoted(variable)}]"
        case str():
            return _text(value, depth)
        case Mapping():
            items = [(f"{quoted(str(key))}: ", item) for key, item in value.items()]
            return enclosed("{", items, "}", depth, taken)
        case list() | tuple():
            return enclosed("[", [("", item) for item in value], "]", depth, taken)
        case _:
            return repr(value)


def enclosed(
    opening: str, items: Iterable[tuple[str, Any]], closing: str, depth: int, taken: int
) -> str:
    """Return items between brackets, each after its key: all on one line, or one on each line.

    `depth` and `taken` say where the text begins, as for `python`.
    """
    pairs = list(items)
    inner = [f"{key}{python(item, depth + 1, len(key))}" for key, item in pairs]
    line = f"{opening}{', '.join(inner)}{closing}"
    if "\n" not in line and len(INDENT) * depth + taken + len(line) < WIDTH:
        return line
    indent = INDENT * (depth + 1)
    lines = [f"{indent}{item},\n" for item in inner]
    return f"{opening}\n{''.join(lines)}{INDENT * depth}{closing}"


def quoted(text: str) -> str:
    """Return a text as a Python string on one line, with invisible characters as escapes."""
    return f'"{"".join(map(_character, text))}"'


def shell_json(value: Any) -> str:
    """Return a JSON document as one shell word, into which the shell inserts environment variables."""
    # The border marks the places of variables. It is longer than any run of `@` in the document, so
    # that no text of the document looks like it.
    runs = re.findall("@+", to_json(walk(value, _without_variables)))
    border = "@" * (1 + max(map(len, runs), default=0))

    def marked(leaf: Any) -> Any:
        named = isinstance(leaf, FromEnvironment)
        return f"{border}{leaf.variable}{border}" if named else leaf

    pieces = to_json(walk(value, marked)).rstrip().split(border)
    words = [f'"${piece}"' if n % 2 else shlex.quote(piece) for n, piece in enumerate(pieces)]
    return "".join(words)


def _without_variables(leaf: Any) -> Any:
    """Return None in place of a value that comes from the environment."""
    return None if isinstance(leaf, FromEnvironment) else leaf


def _text(text: str, depth: int) -> str:
    """Return a text as a Python string. A long text becomes one string for each of its lines."""
    first, *more = text.splitlines(keepends=True) or [""]
    if not more or len(text) < LONG:
        return quoted(text)
    # Python joins strings that follow each other, so a prompt can be read line by line.
    indent = INDENT * (depth + 1)
    lines = "".join(f"{indent}{quoted(line)}\n" for line in (first, *more))
    return f"(\n{lines}{INDENT * depth})"


def _character(character: str) -> str:
    """Return a character as it is written inside a Python string."""
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
