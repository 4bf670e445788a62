"""Find the files that manifests name, and make sure that each lies inside of the folder."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.digests import nfc
from provisioner.model.spelling import on_disk, real
from provisioner.source.manifest import Manifest, Place, Report

_SHOWN: Final = 80
"""The most characters that a message shows of a path that no system takes."""


_DANGLING: Final = "`{name}` is a symbolic link to a file that is not there. Bring that file back, or remove the link."


class Unusable(Exception):
    """The file cannot be used. The reason has already been reported."""


@dataclass
class Locations:
    """Locates the files of one folder, and looks for each only once.

    `root` is the folder as the user typed it. `used` are the real paths that manifests have named.
    """

    root: Path
    report: Report
    used: set[Path] = field(default_factory=set)
    _found: dict[tuple[Path, str], Path] = field(default_factory=dict)

    def shown(self, manifest: Manifest, name: str) -> str:
        """Return a file's path in the way in which the user would type it."""
        return nfc(str(self.path(manifest, name)))

    def inner(self, manifest: Manifest, name: str) -> str:
        """Return a file's path relative to the folder, with `/`."""
        return relative(self.path(manifest, name), self.root)

    def path(self, manifest: Manifest, name: str) -> Path:
        """Return a file's path, spelled as on the disk."""
        return on_disk(Path(os.path.normpath(manifest.source.folder / name)))

    def file(self, manifest: Manifest, place: Place, name: str) -> Path:
        """Return a file's path if the file may be read. Raises Unusable."""
        wanted = (manifest.source.folder, name)
        if wanted not in self._found:
            self._found[wanted] = self._looked_for(manifest, place, name)
        return self._found[wanted]

    def _looked_for(self, manifest: Manifest, place: Place, name: str) -> Path:
        self.inside(manifest, place, name)
        path = self.path(manifest, name)
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            detail = self._missing(manifest, name, path)
            raise self.unusable(
                manifest, place, manifest_codes.FILE_DOES_NOT_EXIST, detail
            ) from None
        except OSError as error:
            short = name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"
            detail = f"`{short}`: {error.strerror}."
            raise self.unusable(
                manifest, place, manifest_codes.UNREADABLE_CONTENT, detail
            ) from error
        if S_ISDIR(mode):
            whole = f"{name.rstrip('/')}/**/*"
            detail = (
                f"`{name}` is a folder. Name a file in it. Where a list of documents is wanted,"
                f" `glob: {whole}` takes all of its files."
            )
            raise self.unusable(manifest, place, manifest_codes.NOT_A_FILE, detail)
        if not S_ISREG(mode):
            # A pipe or a device has no end, or keeps its reader waiting for one.
            detail = f"`{name}` is a pipe, a socket or a device. Name a file."
            raise self.unusable(manifest, place, manifest_codes.NOT_A_FILE, detail)
        self.no_way_out(manifest, place, path)
        self.used.add(real(path))
        return path

    def _missing(self, manifest: Manifest, name: str, path: Path) -> str:
        if path.is_symlink():
            return _DANGLING.format(name=name)
        hint = "Paths are relative to the manifest that names them."
        if any(sign in name for sign in "*?["):
            hint = "For a pattern, write `glob:` instead of a path."
        elif "\\" in name:
            hint = "Separate folders with `/`."
        return f"There is no `{name}` in the folder `{manifest.source.place}`. {hint}"

    def inside(self, manifest: Manifest, place: Place, name: str) -> None:
        """Raise Unusable where a name leads out of the folder."""
        path = PurePosixPath(name)
        if "\0" in name:
            detail = "Remove it."
            raise self.unusable(manifest, place, manifest_codes.NUL_IN_TEXT, detail)
        whole = os.path.relpath(self.path(manifest, name), self.root)
        if path.is_absolute() or Path(name).is_absolute():
            detail = f"`{name}` is absolute. Paths are relative to the manifest that names them."
        elif whole == os.pardir or whole.startswith(f"{os.pardir}{os.sep}"):
            detail = f"`{name}` is outside of the folder `{self.root}`. Manifests can only name files inside of it."
        else:
            return
        raise self.unusable(manifest, place, manifest_codes.PATH_LEAVES_FOLDER, detail)

    def no_way_out(self, manifest: Manifest, place: Place, path: Path) -> None:
        """Raise Unusable where a symbolic link leads out of the folder."""
        if not real(path).is_relative_to(real(self.root)):
            detail = (
                f"`{nfc(str(path))}` is, or lies behind, a symbolic link to a place outside of it."
            )
            raise self.unusable(manifest, place, manifest_codes.PATH_LEAVES_FOLDER, detail)

    def at_hand(self, manifest: Manifest, place: Place, path: Path) -> None:
        """Raise Unusable where a symbolic link leads to a file that is not there, or to itself."""
        if path.is_symlink() and not os.path.exists(path):  # noqa: PTH110 - Path.exists raises at loops
            detail = _DANGLING.format(name=relative(path, self.root))
            raise self.unusable(manifest, place, manifest_codes.FILE_DOES_NOT_EXIST, detail)

    def unusable(self, manifest: Manifest, place: Place, code: Code, detail: str) -> Unusable:
        """Report what is wrong with a file, and return the exception to raise."""
        self.report.error(manifest, place, code, detail)
        return Unusable()


def relative(path: Path, folder: Path) -> str:
    """Return the path from a folder, with `/` and in NFC."""
    return nfc(PurePosixPath(os.path.relpath(path, folder)).as_posix())
