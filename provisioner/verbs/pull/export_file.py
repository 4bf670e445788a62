"""Read an export file: the answers of `GET /assistants`, in every usual arrangement."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from provisioner.model.codes import commands as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen

MOST_BYTES: Final = 256 * 1024 * 1024
"""The most bytes of an export."""
_BEGINNING: Final = re.compile(r"[^\s,]")

Json = dict[str, Any]


@frozen
class Dump:
    """The objects of an export, each id once. `whole` is false if more pages follow the last one."""

    rows: Sequence[Json]
    whole: bool = True


def read_dump(data: bytes) -> Dump:
    """Read pages, arrays, and objects one after another, in any mixture.

    Raises ProvisionerError for other data.
    """
    found: dict[str, Json] = {}
    whole = True
    for value in _values(data):
        for row, more in _rows(value):
            whole = whole if more is None else not more
            if row is not None:
                found.setdefault(str(row.get("id") or f"#{len(found)}"), row)
    if not found:
        raise unreadable("The file has no assistants.")
    return Dump(tuple(found.values()), whole)


def without_nul(value: Any) -> Any:
    """Return a value of the export without the character NUL in its texts and keys."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key.replace("\0", ""): without_nul(item) for key, item in value.items()}
    return [*map(without_nul, value)] if isinstance(value, list) else value


def unreadable(why: str) -> ProvisionerError:
    """Return the error for an export that cannot be read."""
    detail = (
        f"{why} An export is what `GET /assistants` answered: list objects, one page or"
        " several, an array, or one assistant after another. Nothing was written."
    )
    return ProvisionerError(Diagnostic(codes.EXPORT_UNREADABLE, detail))


def _values(data: bytes) -> Iterator[Any]:
    """Yield the JSON values of a text, which are one after another."""
    if len(data) > MOST_BYTES:
        raise unreadable(f"The file has more than {MOST_BYTES:,} bytes: split it.")
    try:
        # Some shells write UTF-16 when output is redirected to a file.
        text = data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise unreadable("The file is text neither in UTF-8 nor in UTF-16.") from error
    decoder, end = json.JSONDecoder(parse_constant=_refuse), 0
    while begin := _BEGINNING.search(text, end):
        try:
            value, end = decoder.raw_decode(text, begin.start())
        except json.JSONDecodeError as error:
            line = text.count("\n", 0, error.pos) + 1
            raise unreadable(f"The file is not JSON: line {line}, {error.msg}.") from error
        except ValueError as error:
            raise unreadable(f"The file is not JSON: {error}.") from error
        except RecursionError as error:
            raise unreadable("The file is nested too deeply.") from error
        yield value


def _rows(value: Any) -> Iterator[tuple[Json | None, bool | None]]:
    """Yield each object with None, and after each page None with a bool: true if more pages follow."""
    if isinstance(value, list):
        for item in value:
            yield from _rows(item)
    elif not isinstance(value, dict):
        raise unreadable("The file has a value that is no object.")
    elif isinstance(value.get("data"), list):
        yield from _rows(value["data"])
        yield None, value.get("has_more") is True
    elif "error" in value and "model" not in value:
        raise unreadable("The file has an error message of the server, so the export failed.")
    else:
        yield value, None


def _refuse(constant: str) -> Any:
    """Raise ValueError for a constant such as NaN, which is not JSON."""
    raise ValueError(f"{constant} is not JSON")
