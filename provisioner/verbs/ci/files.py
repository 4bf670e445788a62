"""Take the files of a proposal out of git, as data: nothing of them is run.

A checkout would run the filters, and obey the attributes, that a proposal names. Here each file is
written as git stores it. Submodules are left out.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from provisioner.model.codes import pipelines as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import ProvisionerError
from provisioner.model.frozen import frozen
from provisioner.verbs._shared.git import git_bytes

REMOTE: Final = "origin"
MOST_FILES, MOST_BYTES = 200_000, 4 * 1024**3
"""The most files, and the most bytes of all files together, that are taken out of one commit."""
AT_ONCE: Final = 64 * 1024**2
"""The most bytes of files that are in memory at once. A larger file is in memory alone."""
LINK, SUBMODULE = "120000", "160000"
"""The modes with which git stores a symbolic link and a submodule."""


@frozen
class Merged:
    """A commit that was fetched. The `parents` of a proposal's merge are its base and its head."""

    commit: str
    parents: tuple[str, ...]


@frozen
class Entry:
    """One file of a commit. `path` is relative to the folder that is extracted from the commit."""

    mode: str
    id: str
    size: int
    path: str


def fetched(root: Path, environ: Mapping[str, str], ref: str) -> Merged:
    """Fetch a ref into the repository at `root`, and return its commit. Raises ProvisionerError."""
    try:
        git_bytes(root, environ, "fetch", "--quiet", "--no-tags", "--depth=1", REMOTE, ref)
        commit = git_bytes(root, environ, "rev-parse", "FETCH_HEAD").decode().strip()
        # In a shallow clone other commands of git hide the parents. The commit's own text has them.
        text = git_bytes(root, environ, "cat-file", "commit", commit).decode("utf-8", "replace")
    except OSError as error:
        raise _unreadable(f"{error}.") from None
    head = text.partition("\n\n")[0].splitlines()
    parents = (line.partition(" ")[2] for line in head if line.startswith("parent "))
    return Merged(commit, tuple(parents))


def top(folder: Path, environ: Mapping[str, str]) -> Path:
    """Return the root of the repository that a folder lies in. Raises ProvisionerError."""
    try:
        found = git_bytes(folder, environ, "rev-parse", "--show-toplevel")
    except OSError as error:
        raise _unreadable(f"{error}. `ci` runs inside of the checked-out repository.") from None
    return Path(os.fsdecode(found).rstrip("\n"))


def taken_out(
    root: Path, environ: Mapping[str, str], commit: str, folder: str, to: Path
) -> Path | None:
    """Write the files of a commit's `folder` to disk. Return the path of that folder, below `to`.

    Return None if the commit has no such folder. Raises ProvisionerError.
    """
    try:
        entries = [*_entries(root, environ, commit, folder)]
        place = to / folder
        if not entries:
            return None
        place.mkdir(parents=True, exist_ok=True)
        _write(root, environ, entries, place)
    except (OSError, ValueError) as error:  # ValueError: a link to a path with a zero byte
        raise _unreadable(f"{error}.") from None
    return place


def _entries(root: Path, environ: Mapping[str, str], commit: str, folder: str) -> Iterator[Entry]:
    """Yield the files below a folder.

    Raises ProvisionerError for a name that leads out of it, and for too many or too large files.
    """
    inside = folder.rstrip("/") if folder not in ("", ".") else ""
    tree = f"{commit}:{inside}"
    if inside and git_bytes(root, environ, "ls-tree", "-d", commit, "--", inside) == b"":
        return
    listed = git_bytes(root, environ, "ls-tree", "-r", "-z", "--long", tree).split(b"\0")
    rows = [row for row in listed if row]
    sizes = 0
    for row in rows:
        about, _, name = row.partition(b"\t")
        mode, _, id, size = about.decode().split()
        # Whoever writes a proposal can put names into its trees that a checkout would refuse.
        path = os.fsdecode(name)
        parts = path.split("/")
        if {"", ".", ".."} & {*parts} or ".git" in {part.lower() for part in parts}:
            raise _unreadable(
                f"The commit has a file with the name {path!r}, which leads out of its folder."
            )
        if mode != SUBMODULE:
            sizes += int(size)
            yield Entry(mode, id, int(size), path)
    if len(rows) > MOST_FILES or sizes > MOST_BYTES:
        raise _unreadable(
            f"{folder} has {len(rows):,} files with {sizes:,} bytes. At most {MOST_FILES:,} files and {MOST_BYTES:,} bytes are allowed."
        )


def _write(root: Path, environ: Mapping[str, str], entries: Sequence[Entry], place: Path) -> None:
    """Write files first and links last, so that no file is written through a link."""
    for entry, content in _contents(root, environ, [e for e in entries if e.mode != LINK]):
        file = place / PurePosixPath(entry.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as out:
            out.write(content)
    for entry, content in _contents(root, environ, [e for e in entries if e.mode == LINK]):
        link = place / PurePosixPath(entry.path)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.fsdecode(content))


def _contents(
    root: Path, environ: Mapping[str, str], entries: Sequence[Entry]
) -> Iterator[tuple[Entry, bytes]]:
    """Yield each file with its bytes, of which at most AT_ONCE are read by one call of git."""
    group: list[Entry] = []
    size = 0
    for entry in entries:
        if group and size + entry.size > AT_ONCE:
            yield from _group(root, environ, group)
            group, size = [], 0
        group.append(entry)
        size += entry.size
    if group:
        yield from _group(root, environ, group)


def _group(
    root: Path, environ: Mapping[str, str], entries: Sequence[Entry]
) -> Iterator[tuple[Entry, bytes]]:
    """Yield each file of a group with its bytes, all from one call of git."""
    asked = "".join(f"{entry.id}\n" for entry in entries).encode()
    answer = git_bytes(root, environ, "cat-file", "--batch", given=asked)
    # For each file git answers with a line (`ID TYPE SIZE`), the bytes, and a line break.
    at = 0
    for entry in entries:
        begin = answer.index(b"\n", at) + 1
        yield entry, answer[begin : begin + entry.size]
        at = begin + entry.size + 1


def _unreadable(detail: str) -> ProvisionerError:
    """Return the error for a proposal whose files cannot be taken out of git."""
    return ProvisionerError(Diagnostic(codes.PROPOSAL_UNREADABLE, detail))
