"""Read the table of a fleet: the file that `for_each` names, with one resource in each row.

`for_each: {file: tenants.csv, key: id}` takes the names of the resources from the column `id`.

A row is identified by its key, so moving a row within the table changes nothing. A problem of a row
is reported at the row's line. A problem of the manifest is reported once, not once for each row.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from provisioner.model.address import NAME
from provisioner.model.code import Code
from provisioner.model.codes import fleets as codes
from provisioner.model.diagnostic import Position
from provisioner.model.frozen import frozen
from provisioner.source import keys
from provisioner.source.check import FOR_EACH
from provisioner.source.contents import Contents
from provisioner.source.locations import Unusable
from provisioner.source.manifest import Manifest, Place
from provisioner.source.read import SUFFIXES
from provisioner.source.suggest import did_you_mean
from provisioner.source.trees import NotYaml, compose
from provisioner.source.variable_types import Given

KEY: Final = "key"
_OPEN_QUOTE: Final = "unexpected end of data"
"""A part of the message of Python's CSV reader for a quote that is not closed."""


@frozen
class Row:
    """One row of a table: its key, its values by column, and its position in the file."""

    key: str
    values: Mapping[str, Any]
    position: Position


@dataclass(eq=False)
class Fleet:
    """The table of one manifest.

    `columns` are the names of all columns that some row has. `wanted` maps the place of a field to
    the JSON type that its schema wants, for each field that one value of a row fills alone. It is
    computed for the first row and holds for every row.
    """

    file: str
    columns: frozenset[str]
    rows: Sequence[Row]
    wanted: dict[Place, str] = field(default_factory=dict)


@frozen(eq=False)
class RowManifest(Manifest):
    """A manifest that reports every problem at the position of one row of its table."""

    row: Position = field(default_factory=lambda: Position(""))

    def position(self, place: Place, *, at_key: bool = False) -> Position:
        del place, at_key
        return self.row


def seen_from(manifest: Manifest, row: Row) -> RowManifest:
    """Return a copy of the manifest in which every place has the position of the row."""
    return RowManifest(
        manifest.source, manifest.index, manifest.data, manifest.start, row=row.position
    )


def read_fleet(manifest: Manifest, contents: Contents) -> Fleet | None:
    """Return the table of a manifest, or None if the table cannot be used. Problems are reported."""
    settings = manifest.data[FOR_EACH]
    name, key = settings[keys.FILE], settings.get("key", KEY)
    place: Place = (FOR_EACH, keys.FILE)
    try:
        text = contents.text(manifest, place, name)
        table = _Table(manifest, contents, name, key)
        suffix = PurePosixPath(name).suffix.lower()
        if suffix == ".csv":
            found = list(table.of_csv(text))
        elif suffix in (*SUFFIXES, ".json"):
            found = list(table.of_list(text, contents.json(manifest, place, name)))
        else:
            table.refuse(
                codes.NOT_A_TABLE,
                f"`{name}` is no table: its name has to end in .csv, .yaml, .yml or .json.",
            )
    except Unusable:
        return None
    return table.fleet(found)


@dataclass(eq=False)
class _Table:
    """A table while it is being read. `key` is the name of the column that has the keys.

    `is_right` becomes false with the first problem. All rows are read all the same, so that every
    problem is reported.
    """

    manifest: Manifest
    contents: Contents
    name: str
    key: str
    is_right: bool = True

    def of_csv(self, text: str) -> Iterator[tuple[Position, Mapping[str, Any]]]:
        """Yield the rows of a CSV file, each with the position at which it begins. Raises Unusable."""
        # Without `strict`, an open quote would silently swallow all rows after it. Without
        # `newline=""`, line breaks inside of cells would be changed.
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns: list[str] = []
        line = 1
        try:
            for cells in reader:
                # A quoted cell may hold line breaks: a row begins where the row before it ended.
                position, line = self._at(line), reader.line_num + 1
                if not any(cells):
                    continue
                if not columns:
                    columns = [cell.strip() for cell in cells]
                    self._check_columns(columns, position)
                elif len(cells) != len(columns):
                    cell = "cell" if len(cells) == 1 else "cells"
                    column = "column" if len(columns) == 1 else "columns"
                    detail = (
                        f"The row has {len(cells)} {cell}, but the first line names {len(columns)}"
                        f" {column}."
                    )
                    self._add(codes.ROW_OUT_OF_SHAPE, detail, position)
                else:
                    # Given marks a text of the table, to be converted where it fills a field alone.
                    yield position, dict(zip(columns, map(Given, cells), strict=True))
        except csv.Error as error:
            said = "A quoted cell begins on this line and never ends. Close its quote"
            if _OPEN_QUOTE not in str(error):
                said = f"The reader of CSV says: {error}"
            self._add(codes.NOT_A_TABLE, f"{said}.", self._at(line))
            raise Unusable from None

    def _check_columns(self, columns: list[str], position: Position) -> None:
        # Of two columns with one name, each row would lose a value.
        twice = sorted({column for column in columns if columns.count(column) > 1 or not column})
        if twice:
            detail = (
                f"Each column needs a name of its own, and `{twice[0]}` is empty or appears twice."
            )
            self._add(codes.NOT_A_TABLE, detail, position)
            raise Unusable

    def of_list(self, text: str, value: Any) -> Iterator[tuple[Position, Mapping[str, Any]]]:
        """Yield the rows of a YAML or JSON list, each with its position. Raises Unusable."""
        if value is None:
            return
        if not isinstance(value, list):
            self._add(
                codes.NOT_A_TABLE,
                "The file has to be a list of mappings, one for each row.",
                self._at(1),
            )
            raise Unusable
        positions = self._positions(text, len(value))
        for position, row in zip(positions, value, strict=True):
            if isinstance(row, dict):
                yield position, row
            else:
                detail = "Each item of the list has to be a mapping of column names to values."
                self._add(codes.ROW_OUT_OF_SHAPE, detail, position)

    def _positions(self, text: str, count: int) -> list[Position]:
        marks = []
        with suppress(NotYaml):  # JSON that is not valid YAML: positions name the file, at line 1
            marks = [item.start_mark for item in next(compose(text)).value]
        if len(marks) != count:
            return [self._at(1)] * count
        return [self._at(mark.line + 1, mark.column + 1) for mark in marks]

    def fleet(self, found: Sequence[tuple[Position, Mapping[str, Any]]]) -> Fleet | None:
        """Return the table, or None after reporting why it cannot be used.

        Every row needs a key of its own.
        """
        if not found and self.is_right:
            self.report(codes.TABLE_WITHOUT_ROWS, f"`{self.name}` has no row.")
            return None
        columns = frozenset(column for _, row in found for column in row)
        if found and self.key not in columns:
            meant = did_you_mean(self.key, sorted(columns))
            place: Place = (FOR_EACH, "key") if "key" in self.manifest.data[FOR_EACH] else ()
            detail = f"`{self.name}` has no column `{self.key}` to take the keys from."
            # Spreadsheets in many countries separate cells by semicolons.
            if len(columns) == 1 and ({*";\t|"} & {*(only := next(iter(columns)))}):
                detail += f" Its first line reads `{only}`: separate the cells by commas."
            else:
                detail += f"{meant} Name the column: `for_each: {{file: …, key: COLUMN}}`."
            self.report(codes.UNKNOWN_COLUMN, detail, (FOR_EACH, *place[1:]))
            return None
        rows: dict[str, Row] = {}
        for position, values in found:
            key = self._key(values, position, rows)
            if key:
                rows[key] = Row(key, values, position)
        return Fleet(self.name, columns, [*rows.values()]) if self.is_right else None

    def _key(self, values: Mapping[str, Any], position: Position, rows: Mapping[str, Row]) -> str:
        """Return the key of a row, or an empty text after reporting why the row has no usable key."""
        value = values.get(self.key)
        # True is an int in Python, and no key.
        key = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if value is None or value == "":
            self._add(codes.ROW_WITHOUT_KEY, f"The row's `{self.key}` is empty.", position)
        elif not NAME.fullmatch(key):
            detail = f"`{value}`: a key has 1 to 64 letters, digits, `_` and `-`."
            self._add(codes.ROW_KEY_INVALID, detail, position)
        elif key in rows:
            detail = f"The key `{key}` is already used by the row at {rows[key].position}."
            self._add(codes.ROW_KEY_TWICE, detail, position)
        else:
            return key
        return ""

    def refuse(self, code: Code, detail: str) -> None:
        """Report a problem of the file as a whole, and raise Unusable."""
        self.report(code, detail)
        raise Unusable

    def report(self, code: Code, detail: str, place: Place = (FOR_EACH, keys.FILE)) -> None:
        """Report a problem of the table at the place of the manifest that names it."""
        self.is_right = False
        self.contents.report.error(self.manifest, place, code, detail)

    def _add(self, code: Code, detail: str, position: Position) -> None:
        self.is_right = False
        self.contents.report.add(code, detail, position)

    def _at(self, line: int, column: int = 1) -> Position:
        return Position(self.contents.files.shown(self.manifest, self.name), line, column)
