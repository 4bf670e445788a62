"""Read the YAML documents of a folder: the step `read` of `read → check → resolve`."""

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
from provisioner.source.syntax import parse
from provisioner.source.trees import Flaw, NotYaml, decode

SUFFIXES: Final = (".yaml", ".yml")
MEGABYTE: Final = 1024 * 1024
ALLOW: Final = "provisioner: allow"
"""The words after `#` that make a comment allow a finding. See `source.allowances`."""
MAX_MANIFEST_BYTES: Final = 16 * MEGABYTE
"""The most bytes of one document: 16 MB, because all of its values are in memory at once."""
MAX_FILE_BYTES: Final = 256 * MEGABYTE
"""The most bytes of one file: 256 MB. Its documents are parsed one after the other."""
_BEGINNING: Final = re.compile(rb"^---(?=\s|\Z)", re.MULTILINE)
"""The line that begins a document. YAML gives it this meaning everywhere, inside of long texts
too."""
NEARBY: Final = 64
"""The most files of a folder that `nearby` opens to find one manifest."""


@dataclass
class Reading:
    """The result of reading a folder.

    `broken` are the texts of files that could not be parsed to their end. For a file or folder that
    could not be opened, the text is empty; it may have declared anything. `strays` are, by the real
    path of their file, the problems of YAML documents that do not say that they are manifests. They
    are reported unless a manifest names the file as content.
    """

    manifests: list[Manifest] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    strays: dict[Path, list[tuple[Code, str, Position]]] = field(default_factory=dict)


def read(root: Path, report: Report) -> Reading:
    """Return every manifest under `root`, in the order of sorted paths. Problems go to `report`."""
    reading = Reading()
    for path in sorted(_files(root, report, reading), key=_order):
        text = _text(path, report, reading)
        if text is not None:
            source = Source(path, nfc(str(path)), hash(text), _may_allow(text))
            _documents(source, text, reading, report)
    return reading


def _may_allow(text: str) -> bool:
    """Return true if a text may contain a comment that allows a finding."""
    # Python finds a single character much faster than a word, and most files have no comment.
    return "#" in text and ALLOW in text


def first(root: Path, kind: str, report: Report) -> Manifest | None:
    """Return the first manifest of a kind, or None. Files after it are not opened.

    A file whose text does not contain the name of the kind is not parsed, since most files are
    about other kinds.
    """
    paths = sorted(_files(root, report, Reading()), key=_order)
    return _first_in(paths, kind, report)


def nearby(root: Path, kind: str, report: Report) -> Manifest | None:
    """Return the first manifest of a kind in the files directly in `root`, or None.

    At most NEARBY files are opened. Files whose name contains the kind are opened first.
    """
    try:
        names = [entry.name for entry in os.scandir(root) if _is_manifest(entry.name)]
    except OSError:
        return None
    names.sort(key=lambda name: (kind.lower() not in name.lower(), name))
    paths = [root / name for name in names[:NEARBY]]
    # A link could lead out of the folder, which only `read` tests.
    return _first_in([path for path in paths if not path.is_symlink()], kind, report)


def _first_in(paths: Iterable[Path], kind: str, report: Report) -> Manifest | None:
    """Return the first manifest of a kind in these files, or None."""
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
    """Return the sort key of a path. It is the same on systems that spell accents differently."""
    return tuple(map(nfc, path.parts))


def _files(root: Path, report: Report, reading: Reading) -> Iterator[Path]:
    """Yield every YAML file below `root`. Folders that cannot be read are reported."""

    def unreadable(error: OSError) -> None:
        detail = f"{error.strerror}. As long as the folder cannot be read, nothing is changed."
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
            # Links inside of the folder are read as files, but never followed as folders: they may
            # lead in circles.
            if is_link and not real(path).is_relative_to(real_root):
                detail = (
                    "This symbolic link leads out of the manifest folder. Put what it names in its"
                    " place."
                )
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
    """Return true for a folder of tools: hidden, `node_modules`, or a virtual environment of Python."""
    if path.name.startswith(".") or path.name == "node_modules":
        return True
    try:
        # Python writes this file into each virtual environment, whatever the folder is called.
        return (path / "pyvenv.cfg").exists()
    except OSError:  # the folder may not be read, which is reported when it is opened
        return False


def _is_manifest(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _text(path: Path, report: Report, reading: Reading) -> str | None:
    """Return the text of a file, or None after reporting why it cannot be read."""
    try:
        content = _bytes(path)
    except OSError as error:
        detail = f"{error.strerror}. As long as a manifest cannot be read, nothing is changed."
        report.add(codes.UNREADABLE_MANIFEST, detail, Position(nfc(str(path))))
        reading.broken.append("")
        return None
    if large := _large_document(content):
        line, size = large
        detail = (
            f"The document has {size / MEGABYTE:.1f} MB, and {MAX_MANIFEST_BYTES // MEGABYTE} MB is the limit"
            " for one document. Move its long texts into files of their own and name those:"
            " `{file: PATH}`."
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
        # A resource that the broken file seems to name is not reported as missing.
        reading.broken.append(content.decode("utf-8", "replace"))
        return None


def _bytes(path: Path) -> bytes:
    """Return the bytes of a regular file.

    Raises OSError for a file that is too large, and for a pipe or a device, because reading it might
    never end.
    """
    found = path.stat()
    if not S_ISREG(found.st_mode):
        raise OSError(EINVAL, "This is a pipe, a socket or a device, not a file")
    if found.st_size > MAX_FILE_BYTES:
        size, most = found.st_size / MEGABYTE, MAX_FILE_BYTES // MEGABYTE
        why = f"The file has {size:,.0f} MB, and {most} MB is the limit for one file"
        raise OSError(EFBIG, f"{why}: put its documents into several files")
    return path.read_bytes()


def _large_document(content: bytes) -> tuple[int, int] | None:
    """Return the first line and the size in bytes of the first document over the limit, or None."""
    if len(content) <= MAX_MANIFEST_BYTES:
        return None
    begin = 0
    for end in (*(match.start() for match in _BEGINNING.finditer(content)), len(content)):
        if end - begin > MAX_MANIFEST_BYTES:
            return content.count(b"\n", 0, begin) + 1, end - begin
        begin = end
    return None


def _documents(source: Source, text: str, reading: Reading, report: Report) -> None:
    """Parse the documents of one file into the Reading. Problems are reported."""
    try:
        for index, document in enumerate(parse(text)):
            start = Position(source.name, document.line, document.column)
            value = document.value
            # Folders hold YAML of other kinds too, such as values for a table. Only a file that
            # calls itself a manifest is held to the language.
            if isinstance(value, dict) and value.keys() & {"apiVersion", "kind"}:
                reading.manifests.append(_manifest(source, index, value, start))
                for flaw in document.flaws:
                    report.add(flaw.code, flaw.detail, _position(source, flaw))
            elif value is not None:
                _stray(reading, source, codes.NOT_A_MANIFEST, _NOT_A_MANIFEST, start)
    except NotYaml as error:
        flaw = error.flaw
        _stray(reading, source, flaw.code, flaw.detail, _position(source, flaw))
        # A name that is somewhere in this text is not reported as missing elsewhere.
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
    """Record a problem of a file that is reported only if no manifest names the file."""
    found = reading.strays.setdefault(real(source.path), [])
    found.append((code, detail, position))


_NOT_A_MANIFEST = (
    "This YAML document has no `apiVersion`, so it is not a manifest, and no manifest names this"
    " file as content. Begin it with `apiVersion: provisioner/v1` and a `kind`, or move it out of"
    " the folder (hidden folders are skipped)."
)
