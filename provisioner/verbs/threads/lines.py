"""Read lines that register threads: JSON lines, API objects as JSON lines, CSV, and spools.

Every line is one object. A line that cannot be read is yielded with its position, and the others
are read all the same. Nothing is written here.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from provisioner.model.codes import threads as codes
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.durations import seconds_of
from provisioner.model.frozen import frozen
from provisioner.model.ledger import Tracked, TrackedKind
from provisioner.source.suggest import did_you_mean

LONGEST_LINE: Final = 1024 * 1024
"""The most bytes of one line. A stored response in a log can be long."""
FIELDS: Final = ("id", "kind", "owner", "ttl", "expires", "registered", "account")
"""The fields of a line, in the order in which a CSV file usually has them."""
_API: Final = {"object": "kind", "created_at": "registered"}
"""Names of fields in an object of the API, each with the name of the same field in FIELDS. A line
that is an object of the API may have any other fields too."""
_ID: Final = re.compile(r"[\w.:-]{1,256}", re.ASCII)
_LONGEST_TEXT: Final = 256
_BOM: Final = b"\xef\xbb\xbf"


@frozen
class Defaults:
    """The values for fields that a line does not have.

    `now` is the time of registration, in unix seconds. `ttl` is in seconds; None means no end.
    """

    account: str
    now: float
    kind: str = ""
    ttl: float | None = None


@frozen
class BadLine:
    """A line that registers nothing, as it is in the file, and what is wrong with it."""

    diagnostic: Diagnostic
    text: bytes


class _FieldError(Exception):
    """A field has a value that makes no sense. The name is empty if no single field is wrong."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


Reader = Callable[[str], tuple[Mapping[str, Any], Callable[[str], int]]]
"""A function that parses one line into its fields, and into a function that returns the column of a
field."""


def read_lines(stream: BinaryIO, name: str, defaults: Defaults) -> Iterator[Tracked | BadLine]:
    """Yield what each line registers, or what is wrong with it. `name` is the file's, for messages.

    A file whose first line begins with `{` is JSON lines. Any other is CSV with a first line of
    column names. Only one line is in memory at a time.
    """
    reader: Reader | None = None
    for number, raw in _raw_lines(stream):
        at = Position(name, number)
        if len(raw) > LONGEST_LINE:
            yield _bad(at, 1, f"The line is longer than {LONGEST_LINE} bytes.", raw)
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode()) + 1
            yield _bad(at, column, "The line is not UTF-8 text.", raw)
            continue
        if not text.strip():
            continue
        if reader is None and not text.lstrip().startswith("{"):
            try:
                reader = _csv_reader(text)
            except _FieldError as error:
                yield _bad(at, 1, f"{error}.", raw)
                return
            continue
        reader = reader or _json_fields
        yield _read(reader, text, at, raw, defaults)


def _read(
    reader: Reader, text: str, at: Position, raw: bytes, defaults: Defaults
) -> Tracked | BadLine:
    """Return what one line registers, or what is wrong with it."""
    column_of: Callable[[str], int] = lambda _name: 1  # noqa: E731 - a place for what has none
    try:
        fields, column_of = reader(text)
        return _tracked(fields, defaults)
    except json.JSONDecodeError as error:
        return _bad(at, error.colno, f"The line is not JSON: {error.msg}.", raw)
    except RecursionError:
        return _bad(at, 1, "The line is nested too deeply.", raw)
    except _FieldError as error:
        return _bad(at, column_of(error.name), f"{error}.", raw)


def _raw_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their numbers, without line breaks. A line that is too long is cut."""
    # Two bytes more than a line may have, for its line break. What is longer is read in pieces and
    # thrown away, so that a file without line breaks does not fill the memory.
    number = 0
    while raw := stream.readline(LONGEST_LINE + 2):
        number += 1
        rest = raw
        while not rest.endswith(b"\n") and len(rest) > LONGEST_LINE:
            rest = stream.readline(LONGEST_LINE + 2)
        line = raw.removeprefix(_BOM) if number == 1 else raw
        yield number, line.rstrip(b"\r\n")


def _bad(at: Position, column: int, detail: str, raw: bytes) -> BadLine:
    """Return the BadLine for a line."""
    place = Position(at.file, at.line, column)
    return BadLine(Diagnostic(codes.LINE_UNREADABLE, detail, place), raw)


def _json_fields(text: str) -> tuple[Mapping[str, Any], Callable[[str], int]]:
    """Return the fields of a line of JSON, and the function for their columns. Raises _FieldError."""

    def column(name: str) -> int:
        found = re.search(rf'"{re.escape(name)}"\s*:', text)
        return found.start() + 1 if found else 1

    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise _FieldError("", "The line is not a JSON object")
    return fields, column


def _csv_reader(header: str) -> Reader:
    """Return the reader of the lines below a line of column names. Raises _FieldError."""
    names = [name.strip() for name in _cells(header)]
    for name in names:
        if name not in FIELDS:
            raise _FieldError("", _unknown(name, "column"))
    if len(set(names)) < len(names):
        raise _FieldError("", "A column is named twice")
    if "id" not in names:
        raise _FieldError("", f"There is no column `id`. The columns may be: {', '.join(FIELDS)}")

    def read(text: str) -> tuple[Mapping[str, Any], Callable[[str], int]]:
        cells = _cells(text)
        if len(cells) != len(names):
            raise _FieldError(
                "", f"The row has {len(cells)} cells, but the first line names {len(names)}"
            )
        columns = dict(zip(names, _columns(text), strict=False))
        fields = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
        return fields, lambda name: columns.get(name, 1)

    return read


def _cells(text: str) -> Sequence[str]:
    """Return the cells of a row of CSV. Raises _FieldError."""
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise _FieldError("", f"The line is not a row of CSV: {error}") from None
    return rows[0] if rows else []


def _columns(text: str) -> Iterator[int]:
    """Yield the column at which each cell of a CSV row begins, from 1."""
    yield 1
    quoted = False
    for at, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            yield at + 2


def _tracked(fields: Mapping[str, Any], defaults: Defaults) -> Tracked:
    """Return the tracked object that fields register. Raises _FieldError."""
    is_object = "object" in fields
    names = _API.items() if is_object else ()
    called = {name: name for name in FIELDS}
    called |= {ours: name for name, ours in names if name in fields and ours not in fields}
    for name in fields:
        if name not in FIELDS and not is_object:
            raise _FieldError(name, _unknown(name, "field"))

    def given(ours: str) -> Any:
        return fields.get(called[ours])

    id = given("id")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise _FieldError(
            "id", "`id` has to be 1 to 256 letters, digits and the characters _ . : -"
        )
    account = _text(given("account"), "account") or defaults.account
    if not account:
        raise _FieldError("", "The line has no `account`")
    registered = _moment(given("registered"), called["registered"])
    return Tracked(
        account,
        _kind(given("kind") or defaults.kind, called["kind"]),
        id,
        _text(given("owner"), "owner"),
        defaults.now if registered is None else registered,
        _end(given("expires"), given("ttl"), registered, defaults),
    )


def _kind(kind: Any, name: str) -> str:
    """Return a kind of tracked objects. Raises _FieldError for any other."""
    if kind not in list(TrackedKind):
        words = ", ".join(TrackedKind)
        raise _FieldError(name, f"`{name}` has to be the kind of the object: {words}")
    return str(kind)


def _text(value: Any, name: str) -> str:
    """Return the text of a field; empty for None. Raises _FieldError for an unfit value."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise _FieldError(
            name, f"`{name}` has to be a text of at most {_LONGEST_TEXT} printable characters"
        )
    return value.strip()


def _moment(value: Any, name: str) -> float | None:
    """Return unix seconds from a number, or from a text: a number or a time of ISO 8601.

    Raises _FieldError.
    """
    if value is None:
        return None
    try:
        if isinstance(value, str) and not value.strip().replace(".", "", 1).isdecimal():
            moment = datetime.fromisoformat(value.strip())
            if moment.tzinfo is None:
                raise _FieldError(name, f"`{name}` has no time zone: end it in Z or +00:00")
            value = moment.timestamp()
        seconds = float(value) if not isinstance(value, bool) else -1.0
    except (TypeError, ValueError, OverflowError):
        seconds = -1.0
    if not 0 <= seconds < 1e11:  # noqa: PLR2004 - beyond it a number counts milliseconds
        raise _FieldError(
            name, f"`{name}` has to be unix seconds, or a date such as 2026-11-27T12:00:00Z"
        )
    return seconds


def _end(expires: Any, ttl: Any, registered: float | None, defaults: Defaults) -> float | None:
    """Return the time from which an object may be deleted, in unix seconds; None if it has no end."""
    if expires is not None and ttl is not None:
        raise _FieldError("ttl", "`expires` and `ttl` mean the same: give one of them")
    if expires is not None:
        return _moment(expires, "expires")
    length = defaults.ttl
    if ttl is not None:
        try:
            length = seconds_of(str(ttl))
        except ValueError as error:
            raise _FieldError("ttl", f"`ttl`: {error}") from None
    began = defaults.now if registered is None else registered
    return None if length is None else began + length


def _unknown(name: str, noun: str) -> str:
    """Return the sentence about an unknown field or column."""
    meant = did_you_mean(name, FIELDS)
    return f"There is no {noun} {name[:80]!r}.{meant} There are: {', '.join(FIELDS)}"
