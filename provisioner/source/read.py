"""Read the YAML documents of a folder: the first step of `read → check → resolve`."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from errno import EFBIG, EINVAL
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.diagnostic import Position
from provisioner.model.digests import nfc
from provisioner.model.spelling import real
from provisioner.source.manifest import Manifest, Report, Source
from provisioner.source.syntax import Flaw, NotYaml, decode, parse

SUFFIXES: Final = (".yaml", ".yml")
MEGABYTE: Final = 1024 * 1024
ALLOW: Final = "provisioner: allow"
"""The words with which a comment begins that allows a finding on its line."""
MAX_MANIFEST_BYTES: Final = 16 * MEGABYTE
"""The most bytes of one document. All values of a document are in memory at once."""
MAX_FILE_BYTES: Final = 256 * MEGABYTE
"""The most bytes of one file. Its documents are read one after the other."""
_BEGINNING: Final = re.compile(rb"^---(?=\s|\Z)", re.MULTILINE)
"""The beginning of a document. YAML knows it by these signs wherever they stand, in texts too."""
NEARBY: Final = 64
"""The most files of a folder that are opened to find one manifest early."""


@dataclass
class Reading:
    """The result of reading a folder.

    `broken` are texts that could not be read to their end. An empty one could not be opened at all,
    and may have declared anything. `strays` are YAML files or documents, by real path, that do not
    say that they are manifests. They are an error unless a manifest names the file as content.
    """

    manifests: list[Manifest] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    strays: dict[Path, list[tuple[Code, str, Position]]] = field(default_factory=dict)


def read(root: Path, report: Report) -> Reading:
    """Return every manifest under `root`, in sorted order. Problems go to `report`."""
    reading = Reading()
    for path in sorted(_files(root, report, reading), key=_order):
        text = _text(path, report, reading)
        if text is not None:
            source = Source(path, nfc(str(path)), hash(text), ALLOW in text)
            _documents(source, text, reading, report)
    return reading


def first(root: Path, kind: str, report: Report) -> Manifest | None:
    """Return the first manifest of a kind. The files after it are not opened.

    A text that does not name the kind is not parsed: most of a folder is about something else.
    """
    paths = sorted(_files(root, report, Reading()), key=_order)
    return _first_in(paths, kind, report)


def nearby(root: Path, kind: str, report: Report) -> Manifest | None:
    """Return the first manifest of a kind that stands in one of a few files directly in `root`.

    At most NEARBY files are opened, those first whose name has the kind in it.
    """
    try:
        names = [entry.name for entry in os.scandir(root) if _is_manifest(entry.name)]
    except OSError:
        return None
    names.sort(key=lambda name: (kind.lower() not in name.lower(), name))
    paths = [root / name for name in names[:NEARBY]]
    return _first_in([path for path in paths if not path.is_symlink()], kind, report)


def _first_in(paths: Iterable[Path], kind: str, report: Report) -> Manifest | None:
    for path in paths:
        reading = Reading()
        text = _text(path, report, reading)
        if text is not None and kind in text:
            _documents(Source(path, nfc(str(path)), hash(text)), text, reading, report)
        for manifest in reading.manifests:
            if manifest.data.get("kind") == kind:
                return manifest
    return None


def _order(path: Path) -> tuple[str, ...]:
    """Return the sort key of a path. It does not depend on how a system writes accents."""
    return tuple(map(nfc, path.parts))


def _files(root: Path, report: Report, reading: Reading) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        detail = f"{error.strerror}. Nothing is changed while a folder cannot be read."
        report.add(codes.UNREADABLE_FOLDER, detail, Position(nfc(str(error.filename))))
        reading.broken.append("")

    real_root = real(root)
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = [
                    entry for entry in found if _is_folder(entry) or _is_manifest(entry.name)
                ]
        except OSError as error:
            unreadable(error)
            continue
        for entry in sorted(entries, key=lambda entry: entry.name):
            path, is_folder, is_link = Path(entry.path), _is_folder(entry), entry.is_symlink()
            if is_folder and _is_tool_folder(path):
                continue
            if is_link and not real(path).is_relative_to(real_root):
                detail = "This is a symbolic link to a place outside the manifest folder."
                report.add(codes.PATH_LEAVES_FOLDER, detail, Position(nfc(str(path))))
            elif not is_folder:
                yield path
            elif not is_link:
                waiting.append(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_tool_folder(path: Path) -> bool:
    """Return true for hidden folders, `node_modules` and virtual environments of Python."""
    if path.name.startswith(".") or path.name == "node_modules":
        return True
    try:
        return (path / "pyvenv.cfg").exists()
    except OSError:  # this user may not look into the folder, which is told when it is read
        return False


def _is_manifest(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _text(path: Path, report: Report, reading: Reading) -> str | None:
    try:
        content = _bytes(path)
    except OSError as error:
        detail = f"{error.strerror}. Nothing is changed while a manifest cannot be read."
        report.add(codes.UNREADABLE_MANIFEST, detail, Position(nfc(str(path))))
        reading.broken.append("")
        return None
    if large := _large_document(content):
        line, size = large
        detail = (
            f"It has {size / MEGABYTE:.1f} MB, and {MAX_MANIFEST_BYTES // MEGABYTE} MB is the most for"
            " one document. Put its long texts into files of their own and name them: `{file: PATH}`."
        )
        report.add(codes.MANIFEST_TOO_LARGE, detail, Position(nfc(str(path)), line, 1))
        reading.broken.append("")
        return None
    try:
        return decode(content)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before) - before.rfind(b"\n")
        position = Position(nfc(str(path)), line, column)
        report.add(codes.NOT_UTF8, "Manifests are read as UTF-8. Save the file as UTF-8.", position)
        reading.broken.append(content.decode("utf-8", "replace"))
        return None


def _bytes(path: Path) -> bytes:
    """Read a regular file. A pipe would keep its reader waiting, and a device may have no end."""
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise OSError(EINVAL, "This is a pipe, a socket or a device, not a file")
    if found.st_size > MAX_FILE_BYTES:
        size, most = found.st_size / MEGABYTE, MAX_FILE_BYTES // MEGABYTE
        why = f"It has {size:,.0f} MB, and {most} MB is the most for one file"
        raise OSError(EFBIG, f"{why}: put its documents into several files")
    return path.read_bytes()


def _large_document(content: bytes) -> tuple[int, int] | None:
    """Return the line at which a document with too many bytes begins, and their number."""
    if len(content) <= MAX_MANIFEST_BYTES:
        return None
    begin = 0
    for end in (*(match.start() for match in _BEGINNING.finditer(content)), len(content)):
        if end - begin > MAX_MANIFEST_BYTES:
            return content.count(b"\n", 0, begin) + 1, end - begin
        begin = end
    return None


def _documents(source: Source, text: str, reading: Reading, report: Report) -> None:
    try:
        for index, document in enumerate(parse(text)):
            start = Position(source.name, document.line, document.column)
            value = document.value
            if isinstance(value, dict) and value.keys() & {"apiVersion", "kind"}:
                reading.manifests.append(_manifest(source, index, value, start))
                for flaw in document.flaws:
                    report.add(flaw.code, flaw.detail, _position(source, flaw))
            elif value is not None:
                _stray(reading, source, codes.NOT_A_MANIFEST, _NOT_A_MANIFEST, start)
    except NotYaml as error:
        flaw = error.flaw
        _stray(reading, source, flaw.code, flaw.detail, _position(source, flaw))
        reading.broken.append(text)


def _position(source: Source, flaw: Flaw) -> Position:
    return Position(source.name, flaw.line, flaw.column)


def _manifest(source: Source, index: int, data: Mapping[str, Any], start: Position) -> Manifest:
    metadata, spec = data.get("metadata"), data.get("spec")
    return Manifest(
        source,
        index,
        data,
        start,
        metadata if isinstance(metadata, dict) else {},
        spec if isinstance(spec, dict) else {},
    )


def _stray(reading: Reading, source: Source, code: Code, detail: str, position: Position) -> None:
    found = reading.strays.setdefault(real(source.path), [])
    found.append((code, detail, position))


_NOT_A_MANIFEST = (
    "This YAML document has no `apiVersion`, so it is not a manifest, and no manifest names this"
    " file as content. Begin it with `apiVersion: provisioner/v1` and a `kind`, or move it out of"
    " the folder (hidden folders are skipped)."
)
