"""Match globs so that they name the same files on every system and every version of Python.

`*`, `?` and `[…]` match parts of one name, `**` matches any number of folders, and a final `**`
matches every file below. Names are compared in Unicode's form NFC, and case matters. Hidden files
never match, nor do files that editors and operating systems leave behind.
"""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import Final

from provisioner.model.digests import nfc

LITTER: Final = ("~$*", "*~", "#*#", "Thumbs.db", "desktop.ini", ".DS_Store")
"""Names that never match: lock files and backups of editors, and caches of file browsers."""
_SPANNING: Final = "**"
"""The step that matches any number of folders."""
_SIGNS: Final = re.compile(r"[*?\[]")


class NotAGlob(ValueError):
    """A pattern cannot be used as a glob. The message says why."""


def is_hidden(name: str) -> bool:
    """Return true for the name of a file or folder that no glob matches, such as `.git`."""
    return name.startswith(".") or any(_matches(name, pattern) for pattern in LITTER)


def steps_of(pattern: str) -> tuple[str, ...]:
    """Return the steps of a pattern, which slashes separate. Raises NotAGlob."""
    steps = tuple(step for step in pattern.split("/") if step not in ("", "."))
    if not steps:
        raise NotAGlob("the pattern names nothing")
    for step in steps:
        if _SPANNING in step and step != _SPANNING:
            raise NotAGlob(f"`**` has to be alone between slashes, and is a part of `{step}`")
    return steps


def matching(folder: Path, pattern: str) -> list[Path]:
    """Return every file below `folder` that a pattern names, sorted by path.

    A symbolic link whose file is missing is included, so that the caller reports the missing
    document. `**` does not follow links to folders, but a step that names such a link does. Raises
    NotAGlob and OSError.
    """
    found = dict.fromkeys(_walk(folder, steps_of(pattern)))
    return sorted(found, key=lambda path: nfc(path.as_posix()))


def matches(path: str, pattern: str) -> bool:
    """Return true if a pattern names a file. Both are relative to the same folder.

    Raises NotAGlob.
    """
    return _leads(tuple(path.split("/")), steps_of(pattern))


def _leads(names: Sequence[str], steps: Sequence[str]) -> bool:
    """Return true if the steps of a pattern match a path, given as its names, from end to end."""
    if not steps:
        return not names
    if steps[0] == _SPANNING:
        if len(steps) == 1:
            return bool(names)
        # `**` never takes the last name, because at least one step follows it.
        return any(_leads(names[at:], steps[1:]) for at in range(len(names)))
    return bool(names) and _matches(names[0], steps[0]) and _leads(names[1:], steps[1:])


def _walk(folder: Path, steps: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files below `folder` that the steps of a pattern name. A file may be yielded twice."""
    step, *others = steps
    rest = tuple(others)
    if step == _SPANNING:
        yield from _spanned(folder, rest)
        return
    # `..` cannot be found by listing a folder. A check elsewhere keeps paths inside the root.
    if step == os.pardir:
        yield from _walk(folder / step, rest) if rest else ()
        return
    for entry in _entries(folder):
        if not _matches(entry.name, step):
            continue
        if not rest and _is_file(entry):
            yield folder / entry.name
        elif rest and _is_folder(entry):
            yield from _walk(folder / entry.name, rest)


def _spanned(folder: Path, rest: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files for `**` followed by the steps `rest`: in `folder` and in every folder below it."""
    if rest:
        yield from _walk(folder, rest)
    for entry in _entries(folder):
        # Links to folders are not followed, because they may lead in circles.
        if entry.is_dir(follow_symlinks=False):
            yield from _spanned(folder / entry.name, rest)
        elif not rest and _is_file(entry):
            yield folder / entry.name


def _is_file(entry: "os.DirEntry[str]") -> bool:
    """Return true for a file, and for a symbolic link whose target is missing."""
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))  # noqa: PTH110 - an entry is no Path
    except OSError:
        return entry.is_symlink()  # a link in a circle counts as one without its file


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link that leads to itself
        return False


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not is_hidden(entry.name)]


def _matches(name: str, step: str) -> bool:
    if not _SIGNS.search(step):
        return nfc(name) == nfc(step)
    return bool(_compiled(step).match(nfc(name)))


@lru_cache(maxsize=1024)
def _compiled(step: str) -> re.Pattern[str]:
    return re.compile(translate(nfc(step)))
