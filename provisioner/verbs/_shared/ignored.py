"""Find files that a folder of manifests applies and that git ignores.

Such a file exists only on this machine: an apply from another checkout would delete it again.
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from provisioner.model.codes import manifests as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.digests import nfc
from provisioner.verbs._shared.git import git

_NONE_IGNORED = 1
"""The exit code of git if none of the paths is ignored."""
_NAMED = 5
"""The most files that the warning names. The others are counted."""


def ignored(
    root: Path, files: Collection[Path], environ: Mapping[str, str]
) -> tuple[Diagnostic, ...]:
    """Return one warning that names the ignored files; empty if there are none, or no git repository."""
    folder = root.resolve()
    if not files or not any((above / ".git").exists() for above in (folder, *folder.parents)):
        return ()
    inside = sorted(str(path) for path in files if path.is_relative_to(folder))
    words = ("check-ignore", "-z", "--stdin")
    answer = git(root, environ, *words, given="\0".join(inside), fine=_NONE_IGNORED)
    names = [nfc(os.path.relpath(name, folder)) for name in (answer or "").split("\0") if name]
    if not names:
        return ()
    more = f" and {len(names) - _NAMED:,} more" if names[_NAMED:] else ""
    named = ", ".join(f"`{name}`" for name in names[:_NAMED])
    detail = f"{named}{more}: commit these files, or leave them out with `exclude`."
    return (warning(codes.IGNORED_BY_GIT, detail),)
