"""Find, check, read and hash the local files that manifests name: prompts, documents, schemas."""

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
from provisioner.source.trees import decode
from provisioner.source.values import value_in

MAX_BYTES: Final = 512 * 1024 * 1024
"""The most bytes of a file to upload: the limit of the Files API."""
MAX_SENT: Final = 25 * 1024 * 1024
"""The most bytes of a file whose content is sent inside a request, and not uploaded as a File."""


@dataclass
class Contents:
    """Reads the files that manifests name, and caches them for the duration of one `load`.

    `root` is the folder of manifests as the user typed it. `home` is the folder of the Stack's
    file, which is the root or a folder below it; None until the Stack is known.
    """

    root: Path
    report: Report
    home: Path | None = None
    files: Locations = field(init=False)
    # Keyed by the real path: two manifests may name one file in two ways, and it is hashed once.
    _measured: dict[Path, Measured] = field(default_factory=dict)
    _texts: dict[Path, str] = field(default_factory=dict)
    """Texts by path. All rows of a table name the same prompt, which is read once."""

    def __post_init__(self) -> None:
        self.files = Locations(self.root, self.report)

    def text(self, manifest: Manifest, place: Place, name: str) -> str:
        """Return the content of a text file, with Windows line endings replaced by line feeds.

        Raises Unusable.
        """
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
            # The embedded server echoes the text of a prompt. Interned, both copies are one object
            # in memory.
            # A checkout on Windows has other line endings, and must not change a prompt or a plan.
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
        """Return the value in a JSON or YAML file, by the ending of its name. Raises Unusable."""
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
        """Return a file to upload, with its size and digests. Raises Unusable.

        `is_searched` is true if `file_search` will read the file, which then has to be UTF-8.
        """
        self.files.file(manifest, place, name)
        path = self.files.path(manifest, name)
        document = self._document(manifest, place, path, attributes)
        if self._is_flawed(manifest, place, path, is_searched=is_searched):
            raise Unusable
        return document

    def content(self, manifest: Manifest, place: Place, name: str) -> Content:
        """Return a file whose bytes are sent inside a request. Raises Unusable."""
        path = self.files.file(manifest, place, name)
        if self._is_flawed(manifest, place, path):
            raise Unusable
        return self._content(manifest, place, path)

    def folder(self, manifest: Manifest, place: Place, name: str) -> dict[str, Content]:
        """Return every file below a folder, except hidden ones, by its path in that folder.

        Raises Unusable.
        """
        self.files.inside(manifest, place, name)
        path = self.files.path(manifest, name)
        if not path.is_dir():
            what = "is a file" if path.exists() else "does not exist"
            detail = f"`{name}` {what}. Name a folder, relative to the manifest that names it."
            raise self.files.unusable(manifest, place, manifest_codes.NOT_A_FOLDER, detail)
        found = {}
        flawed = False
        # In the order of NFC: disks spell accents in different forms, and the order must not
        # differ.
        for inner in sorted(path.rglob("*"), key=lambda one: nfc(one.as_posix())):
            relative = inner.relative_to(path)
            if any(is_hidden(part) for part in relative.parts):
                continue
            self.files.no_way_out(manifest, place, inner)
            # Skipping such a folder silently would send a bundle without its files.
            if inner.is_dir() and inner.is_symlink():
                detail = (
                    f"`{nfc(str(inner))}` is a symbolic link to a folder, and links to folders are"
                    " not followed. Put a copy of the folder in place of the link."
                )
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
        # Empty files are allowed here: a skill may have an empty `__init__.py`.
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
        """Return a document for every file that matches `pattern` and is not excluded, sorted by path.

        Every problem of every file is reported first. Then Unusable is raised if there was any, or
        if no file matches.
        """
        self.files.inside(manifest, place, pattern)
        folder = manifest.source.folder
        try:
            # Globs are relative to the manifest, as paths are, and not to the root.
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
            # An error, because a mistyped pattern would otherwise empty the store.
            beside = " that is not excluded" if paths else ""
            detail = (
                f"No file{beside} matches `{pattern}` in the folder `{folder}`.{_braces(pattern)}"
            )
            raise self.files.unusable(manifest, place, manifest_codes.GLOB_MATCHES_NOTHING, detail)
        # All files are looked at before giving up, so that one run reports every broken file.
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
        """Return true, after reporting why, if a file has a flaw, such as being only a Git LFS pointer.

        `is_searched` is true if `file_search` will read the file.
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
        # Recorded before anything can fail: a broken document is still named by a manifest, and
        # must not be reported as a stray file as well.
        self.files.used.add(place_on_disk)
        try:
            if place_on_disk not in self._measured:
                size = path.stat().st_size
                # The size is tested first, so that a file of many gigabytes is never hashed.
                if size > most:
                    limit = f"{most // (1024 * 1024)} MB"
                    detail = f"`{name}` has {size:,} bytes; the API takes {limit} a file. Split it."
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
            detail = f"`{name}` is empty, and the API takes no empty files. Remove it or fill it."
            raise self.files.unusable(manifest, place, manifest_codes.FILE_EMPTY, detail)
        # `windows` is the digest of the text with CRLF, which version 0.1.0 recorded on Windows.
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
        """Return the path of a file relative to the Stack's folder, for the mark.

        So the mark is the same from whichever folder the tool is run. Return '' if the Stack's
        folder is the root or not known: the path relative to the root is then recorded.
        """
        if self.home is None or self.home == self.root:
            return ""
        return relative(path, self.home)


def _braces(pattern: str) -> str:
    """Return a hint for a pattern with `{a,b}`, which a shell expands; empty for other patterns."""
    if "{" not in pattern:
        return ""
    return " Braces have no meaning in a glob here: write one `glob:` for each alternative."


def _is_excluded(path: Path, folder: Path, exclude: Sequence[str]) -> bool:
    return any(matches(relative(path, folder), pattern) for pattern in exclude)
