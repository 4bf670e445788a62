"""Find, check, read and hash the local files that manifests name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from sys import intern
from typing import Any, Final

from provisioner.model.codes import kinds as kind_codes
from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.contents import MOST_READ, readable
from provisioner.model.diagnostic import Position
from provisioner.model.digests import PIECE, Measured, measured, nfc
from provisioner.model.resource import Document
from provisioner.model.spelling import real
from provisioner.model.value import Content
from provisioner.source.flaws import flaw_in, flaw_of
from provisioner.source.globs import NotAGlob, is_hidden, matches, matching
from provisioner.source.locations import Locations, Unusable, relative
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.read import SUFFIXES
from provisioner.source.syntax import decode
from provisioner.source.values import value_in

MAX_BYTES: Final = 512 * 1024 * 1024
MAX_SENT: Final = 25 * 1024 * 1024
"""The most bytes of a file whose content is a part of a request, not an upload of its own."""


@dataclass
class Contents:
    """Reads the files that manifests name, and caches what it has read.

    `root` is the folder as the user typed it, `home` the folder in which the Stack stands.
    """

    root: Path
    report: Report
    home: Path | None = None
    files: Locations = field(init=False)
    _measured: dict[Path, Measured] = field(default_factory=dict)
    _texts: dict[Path, str] = field(default_factory=dict)
    """Texts by their path. The rows of one table name the same files, which are read once."""

    def __post_init__(self) -> None:
        self.files = Locations(self.root, self.report)

    def text(self, manifest: Manifest, place: Place, name: str) -> str:
        """Return a text file; Windows line endings become plain ones. Raises Unusable."""
        path = self.files.file(manifest, place, name)
        if path in self._texts:
            return self._texts[path]
        try:
            data = path.read_bytes()
            if flaw := flaw_of(data, name):
                raise self.files.unusable(manifest, place, *flaw)
            if b"\0" in data:
                line = data.count(b"\n", 0, data.index(b"\0")) + 1
                detail = f"`{name}`, line {line}: remove it."
                raise self.files.unusable(manifest, place, manifest_codes.NUL_IN_TEXT, detail)
            # A server may repeat the text: it is held once then.
            self._texts[path] = intern(decode(data).replace("\r\n", "\n"))
            return self._texts[path]
        except UnicodeDecodeError as error:
            detail = f"`{name}` is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8."
            raise self.files.unusable(manifest, place, manifest_codes.NOT_UTF8, detail) from error
        except OSError as error:
            detail = f"`{name}`: {error.strerror}."
            raise self.files.unusable(
                manifest, place, manifest_codes.UNREADABLE_CONTENT, detail
            ) from error

    def json(self, manifest: Manifest, place: Place, name: str) -> Any:
        """Return a JSON (or YAML) file's value. Raises Unusable."""
        text = self.text(manifest, place, name)
        value, flaws = value_in(text, is_yaml=name.lower().endswith(SUFFIXES))
        for flaw in flaws:
            position = Position(self.files.shown(manifest, name), flaw.line, flaw.column)
            self.report.add(flaw.code, flaw.detail, position)
        if flaws:
            raise Unusable
        return value

    def document(
        self,
        manifest: Manifest,
        place: Place,
        name: str,
        attributes: Mapping[str, Any],
        *,
        is_searched: bool = True,
    ) -> Document:
        """Return a file to upload.

        Raises Unusable. `is_searched` says that the API reads it as a text.
        """
        self.files.file(manifest, place, name)
        path = self.files.path(manifest, name)
        document = self._document(manifest, place, path, attributes)
        if self._is_flawed(manifest, place, path, is_searched=is_searched):
            raise Unusable
        return document

    def content(self, manifest: Manifest, place: Place, name: str) -> Content:
        """Read a file whose bytes go into a request. Raises Unusable."""
        path = self.files.file(manifest, place, name)
        if self._is_flawed(manifest, place, path):
            raise Unusable
        return self._content(manifest, place, path)

    def folder(self, manifest: Manifest, place: Place, name: str) -> dict[str, Content]:
        """Return every file of a folder by its path there, but hidden ones. Raises Unusable."""
        self.files.inside(manifest, place, name)
        path = self.files.path(manifest, name)
        if not path.is_dir():
            what = "is a file" if path.exists() else "does not exist"
            detail = f"`{name}` {what}. Name a folder, relative to the manifest that names it."
            raise self.files.unusable(manifest, place, manifest_codes.NOT_A_FOLDER, detail)
        found = {}
        flawed = False
        for inner in sorted(path.rglob("*"), key=lambda one: nfc(one.as_posix())):
            relative = inner.relative_to(path)
            if any(is_hidden(part) for part in relative.parts):
                continue
            self.files.no_way_out(manifest, place, inner)
            if inner.is_dir() and inner.is_symlink():
                detail = f"`{nfc(str(inner))}` is a symbolic link to a folder, whose files would be left out."
                raise self.files.unusable(
                    manifest, place, manifest_codes.FOLDER_BEHIND_LINK, detail
                )
            if inner.is_file():
                flawed |= self._is_flawed(manifest, place, inner)
                found[nfc(relative.as_posix())] = self._content(manifest, place, inner)
        if flawed:
            raise Unusable
        return found

    def _content(self, manifest: Manifest, place: Place, path: Path) -> Content:
        document = self._document(manifest, place, path, {}, most=MAX_SENT, empty=True)
        text = ""
        if document.size <= MOST_READ:
            text = readable(document.path, path.read_bytes())
        return Content(
            document.path,
            document.sha256,
            document.size,
            text,
            content=document.content,
            windows=document.windows,
        )

    def glob(
        self,
        manifest: Manifest,
        place: Place,
        pattern: str,
        attributes: Mapping[str, Any],
        exclude: Sequence[str] = (),
    ) -> list[Document]:
        """Return every file that matches and is not excluded, sorted.

        Raises Unusable, also for none.

        What is wrong with any of the files is reported before it is raised.
        """
        self.files.inside(manifest, place, pattern)
        folder = manifest.source.folder
        try:
            paths = matching(folder, pattern)
            left = [path for path in paths if not _is_excluded(path, folder, exclude)]
        except NotAGlob as error:
            detail = f"`{pattern}`: {error}."
            raise self.files.unusable(manifest, place, manifest_codes.NOT_A_GLOB, detail) from error
        except OSError as error:
            detail = f"`{pattern}` looks into `{nfc(str(error.filename))}`: {error.strerror}."
            raise self.files.unusable(
                manifest, place, manifest_codes.UNREADABLE_CONTENT, detail
            ) from error
        if not left:
            beside = " that is not excluded" if paths else ""
            detail = (
                f"No file{beside} matches `{pattern}` in the folder `{folder}`.{_braces(pattern)}"
            )
            raise self.files.unusable(manifest, place, manifest_codes.GLOB_MATCHES_NOTHING, detail)
        found, flawed = [], False
        for path in left:
            try:
                self.files.no_way_out(manifest, place, path)
                self.files.at_hand(manifest, place, path)
                found.append(self._document(manifest, place, path, attributes))
            except Unusable:
                flawed = True
                continue
            flawed |= self._is_flawed(manifest, place, path, is_searched=True)
        if flawed:
            raise Unusable
        return found

    def _is_flawed(
        self, manifest: Manifest, place: Place, path: Path, *, is_searched: bool = False
    ) -> bool:
        """Report a file that holds something else than its content, such as an LFS pointer.

        Return true then.
        """
        name = relative(path, self.root)
        try:
            flaw = flaw_in(path, path.stat().st_size, name, is_searched=is_searched)
        except OSError as error:
            flaw = manifest_codes.UNREADABLE_CONTENT, f"`{name}`: {error.strerror}."
        if flaw:
            self.report.error(manifest, place, *flaw)
        return bool(flaw)

    def _document(
        self,
        manifest: Manifest,
        place: Place,
        path: Path,
        attributes: Mapping[str, Any],
        *,
        most: int = MAX_BYTES,
        empty: bool = False,
    ) -> Document:
        name = relative(path, self.root)
        place_on_disk = real(path)
        self.files.used.add(place_on_disk)
        try:
            if place_on_disk not in self._measured:
                size = path.stat().st_size
                if size > most:
                    limit = f"{most // (1024 * 1024)} MB"
                    detail = f"`{name}` has {size:,} bytes; the API takes {limit} a file."
                    raise self.files.unusable(manifest, place, kind_codes.FILE_TOO_LARGE, detail)
                with path.open("rb") as file:
                    self._measured[place_on_disk] = measured(iter(partial(file.read, PIECE), b""))
        except OSError as error:
            detail = f"`{name}`: {error.strerror}."
            raise self.files.unusable(
                manifest, place, manifest_codes.UNREADABLE_CONTENT, detail
            ) from error
        found = self._measured[place_on_disk]
        if not found.size and not empty:
            detail = f"`{name}` has no content, and the API takes no empty files."
            raise self.files.unusable(manifest, place, manifest_codes.FILE_EMPTY, detail)
        return Document(
            name,
            found.sha256,
            found.size,
            attributes,
            content=found.content,
            windows=found.windows,
            recorded=self._recorded(path),
        )

    def _recorded(self, path: Path) -> str:
        """Return the path of a document from the Stack's folder, where that is not the root."""
        if self.home is None or self.home == self.root:
            return ""
        return relative(path, self.home)


def _braces(pattern: str) -> str:
    """Return a hint where a pattern has the braces of a shell, which mean nothing here."""
    if "{" not in pattern:
        return ""
    return " Braces are no pattern here: write one `glob:` for each of the alternatives."


def _is_excluded(path: Path, folder: Path, exclude: Sequence[str]) -> bool:
    return any(matches(relative(path, folder), pattern) for pattern in exclude)
