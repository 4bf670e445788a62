"""Find the local files that manifests name, and refuse paths that lead out of the folder."""

import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import Final

from provisioner.model.code import Code
from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.digests import nfc
from provisioner.model.spelling import on_disk, real
from provisioner.source.manifest import Manifest, Place, Report

_SHOWN: Final = 80
"""The most characters that a message shows of a path that is too long for the system."""


_DANGLING: Final = (
    "`{name}` is a symbolic link to a file that does not exist. Restore the file, or remove the"
    " link."
)


class Unusable(Exception):
    """A file cannot be used. The reason has already been reported as a diagnostic."""


@dataclass
class Locations:
    """Finds the files that one folder of manifests names, each only once.

    `root` is the folder as the user typed it. `used` are the real paths of the files found so far.
    """

    root: Path
    report: Report
    used: set[Path] = field(default_factory=set)
    _found: dict[tuple[Path, str], Path] = field(default_factory=dict)

    def shown(self, manifest: Manifest, name: str) -> str:
        """Return the path of a file as the user would type it, in NFC."""
        return nfc(str(self.path(manifest, name)))

    def inner(self, manifest: Manifest, name: str) -> str:
        """Return the path of a file relative to the root, with `/` between folders."""
        return relative(self.path(manifest, name), self.root)

    def path(self, manifest: Manifest, name: str) -> Path:
        """Return the path of a file, spelled as the disk spells it."""
        # A disk may spell an accent in another Unicode form than the manifest does.
        # Not resolved: a link keeps its own name here, and `no_way_out` looks where it leads.
        return on_disk(Path(os.path.normpath(manifest.source.folder / name)))

    def file(self, manifest: Manifest, place: Place, name: str) -> Path:
        """Return the path of a file that a manifest names and may read. Raises Unusable."""
        wanted = (manifest.source.folder, name)
        # Every row of a table names the same file, and looking for it takes several system calls.
        if wanted not in self._found:
            self._found[wanted] = self._looked_for(manifest, place, name)
        return self._found[wanted]

    def _looked_for(self, manifest: Manifest, place: Place, name: str) -> Path:
        """Return the path of a regular file inside of the root. Raises Unusable."""
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
            # Reading a pipe or a device might never end.
            detail = f"`{name}` is a pipe, a socket or a device. Name a file."
            raise self.unusable(manifest, place, manifest_codes.NOT_A_FILE, detail)
        self.no_way_out(manifest, place, path)
        self.used.add(real(path))
        return path

    def _missing(self, manifest: Manifest, name: str, path: Path) -> str:
        """Return the message for a missing file, with the likely cause."""
        if path.is_symlink():
            return _DANGLING.format(name=name)
        hint = "Paths are relative to the manifest that names them."
        if any(sign in name for sign in "*?["):
            hint = "For a pattern, write `glob:` instead of a path."
        elif "\\" in name:
            hint = "Separate folders with `/`."
        elif meant := _meant(name, path):
            hint = meant
        return f"There is no `{name}` in the folder `{manifest.source.place}`. {hint}"

    def inside(self, manifest: Manifest, place: Place, name: str) -> None:
        """Raise Unusable if a name is absolute or leads out of the root.

        Links are not followed here.
        """
        path = PurePosixPath(name)
        if "\0" in name:
            detail = "The path contains a NUL character: remove it."
            raise self.unusable(manifest, place, manifest_codes.NUL_IN_TEXT, detail)
        whole = os.path.relpath(self.path(manifest, name), self.root)
        # Only Windows itself recognises `C:\` as absolute. A leading `/` is absolute everywhere.
        if path.is_absolute() or Path(name).is_absolute():
            detail = f"`{name}` is absolute. Paths are relative to the manifest that names them."
        elif whole == os.pardir or whole.startswith(f"{os.pardir}{os.sep}"):
            detail = (
                f"`{name}` is outside of the folder `{self.root}`. Manifests can only name files"
                " inside of it."
            )
        else:
            return
        raise self.unusable(manifest, place, manifest_codes.PATH_LEAVES_FOLDER, detail)

    def no_way_out(self, manifest: Manifest, place: Place, path: Path) -> None:
        """Raise Unusable if a symbolic link in `path` leads out of the root."""
        if not real(path).is_relative_to(real(self.root)):
            detail = (
                f"`{nfc(str(path))}` is a symbolic link, or is behind one, that leads out of the"
                " folder of manifests. Move the file into that folder."
            )
            raise self.unusable(manifest, place, manifest_codes.PATH_LEAVES_FOLDER, detail)

    def at_hand(self, manifest: Manifest, place: Place, path: Path) -> None:
        """Raise Unusable if a path is a symbolic link to a missing file, or to itself."""
        if path.is_symlink() and not os.path.exists(path):  # noqa: PTH110 - Path.exists raises at loops
            detail = _DANGLING.format(name=relative(path, self.root))
            raise self.unusable(manifest, place, manifest_codes.FILE_DOES_NOT_EXIST, detail)

    def unusable(self, manifest: Manifest, place: Place, code: Code, detail: str) -> Unusable:
        """Report a problem of a file at the place that names it, and return the exception to raise."""
        self.report.error(manifest, place, code, detail)
        return Unusable()


def _meant(name: str, path: Path) -> str:
    """Return a hint that names a file beside a missing one whose name is nearly the same.

    macOS and Windows find a file whatever the case of its name. So a name in the wrong case is
    missing only on other systems.
    """
    try:
        names = [nfc(other) for other in os.listdir(path.parent)]  # noqa: PTH208 - no path is wanted of each name
    except OSError:
        return ""
    wanted = nfc(path.name)
    before = name[: len(name) - len(PurePosixPath(name).name)]
    for other in names:
        if other.casefold() == wanted.casefold():
            return f"`{before}{other}` is there: upper and lower case count."
    near = get_close_matches(wanted, names, n=1)
    return f"Did you mean `{before}{near[0]}`?" if near else ""


def relative(path: Path, folder: Path) -> str:
    """Return the path of a file relative to a folder, with `/` between folders and in NFC."""
    return nfc(PurePosixPath(os.path.relpath(path, folder)).as_posix())
