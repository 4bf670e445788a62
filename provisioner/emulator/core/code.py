"""The stand-in for the code interpreter: it counts rows and columns of files, and writes real files.

It never runs any code. The code that it returns as the input of the tool call only describes what
the stand-in has done.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.emulator.core.store import Json, Session

ASKS = re.compile(r"\b(csv|charts?|plots?|compute|code|save)\b", re.IGNORECASE)
"""Words in a question that make the stand-in model call the code interpreter."""
WANTS_FILE = re.compile(r"\b(save|charts?|plots?)\b", re.IGNORECASE)
"""Words in a question that make the code interpreter save a file."""
WANTS_IMAGE = re.compile(r"\b(charts?|plots?)\b", re.IGNORECASE)
"""Words in a question that make the code interpreter draw a chart, and not write a table."""
# Pixels of a chart, and the most bars that it has.
BAR, GAP, HEIGHT, MOST_BARS = 16, 8, 96, 12


@dataclass(frozen=True, slots=True)
class Result:
    """One call of the code interpreter: the code it shows, its output, and the file that it saved.

    `name` and `file_id` are None if no file was saved. `image` is true if that file is a picture.
    """

    source: str
    logs: str
    name: str | None
    file_id: str | None
    image: bool

    def wire(self) -> Json:
        outputs: list[Json] = [{"type": "logs", "logs": self.logs}]
        if self.image:
            outputs.append({"type": "image", "image": {"file_id": self.file_id}})
        return {"input": self.source, "outputs": outputs}


def wanted(question: str) -> bool:
    """Return true if a question asks for the code interpreter."""
    return ASKS.search(question) is not None


def run(
    db: Session, question: str, file_ids: list[str], save: Callable[[str, bytes], str]
) -> Result:
    """Carry out one call of the code interpreter over some files.

    `save(name, content)` stores a new file and returns its id. It is called if the question asks
    for a file.
    """
    sizes = [_size(db, file_id) for file_id in file_ids]
    logs = "; ".join(f"{name}: {rows} rows, {columns} columns" for name, rows, columns in sizes)
    source = "\n".join(f"rows(open('/mnt/data/{file_id}'))" for file_id in file_ids)
    image = WANTS_IMAGE.search(question) is not None
    name = file_id = None
    if WANTS_FILE.search(question):
        name = "stand-in-chart.png" if image else "stand-in-output.csv"
        content = _chart([rows for _, rows, _ in sizes]) if image else _table(sizes)
        file_id = save(name, content)
        source += f"\nsave('/mnt/data/{name}')"
    return Result(
        f"# [stand-in model] not really run\n{source}".strip(),
        logs or "[stand-in model] no files to read",
        name,
        file_id,
        image,
    )


def _size(db: Session, file_id: str) -> tuple[str, int, int]:
    """Return (name, number of rows below the header row, number of columns) of a file."""
    name = _name(db, file_id)
    text = db.content(file_id).decode("utf-8", errors="replace")
    # Every file is read as CSV: a file of another kind also gets counts, and never an error.
    rows = list(csv.reader(io.StringIO(text)))
    return name, max(0, len(rows) - 1), len(rows[0]) if rows else 0


def _name(db: Session, file_id: str) -> str:
    """Return the file name of an upload or of a container's file, or the id if the file is unknown."""
    for kind, key in (("file", "filename"), ("container.file", "path")):
        for row in db.everywhere(kind, file_id):
            return PurePosixPath(row.body[key]).name
    return file_id


def _table(sizes: list[tuple[str, int, int]]) -> bytes:
    """Return the counts as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "rows", "columns"])
    writer.writerows(sizes)
    return out.getvalue().encode()


def _chart(values: list[int]) -> bytes:
    """Return a small grey PNG with one bar for each value."""
    bars = (values or [1])[:MOST_BARS]
    # At least 1, so that a chart of empty files does not divide by zero.
    top = max(*bars, 1)
    width = GAP + len(bars) * (BAR + GAP)
    lines = []
    for y in range(HEIGHT):
        line = bytearray(b"\xff" * width)
        for index, value in enumerate(bars):
            if HEIGHT - y <= value * HEIGHT // top:
                left = GAP + index * (BAR + GAP)
                line[left : left + BAR] = b"\x55" * BAR
        # Each line of a PNG begins with the number of its filter; 0 means that none is used.
        lines.append(b"\x00" + bytes(line))
    header = struct.pack(">IIBBBBB", width, HEIGHT, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _part(b"IHDR", header)
        + _part(b"IDAT", zlib.compress(b"".join(lines)))
        + _part(b"IEND", b"")
    )


def _part(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG: length, type, data and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
