"""A git repository for tests of pipelines: the bare one of a host, and the work tree of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.github import git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Repository:
    """A bare repository with the branch `main`, and a work tree."""

    def __init__(self, folder: Path, name: str) -> None:
        self.bare, self.work = folder / f"{name}.git", folder / "work"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        git(folder, "clone", "-q", str(self.bare), str(self.work))
        git(self.work, "checkout", "-q", "-b", "main")

    def committed(self, files: Mapping[str, str | None], branch: str = "main") -> str:
        """Write files on a branch that begins at `main`, and push them. Returns the commit.

        None removes a file.
        """
        if branch != "main":
            exists = git(self.work, "branch", "--list", branch)
            git(self.work, "checkout", "-q", *(() if exists else ("-b",)), branch)
        for name, text in files.items():
            file = self.work / name
            if text is None:
                file.unlink(missing_ok=True)
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", "A change")
        git(self.work, "push", "-q", "origin", branch)
        head = git(self.work, "rev-parse", "HEAD")
        git(self.work, "checkout", "-q", "main")
        return head

    def merged(self, head: str, *, squash: bool = False) -> tuple[str, str]:
        """Merge a commit into `main`, and push it.

        Returns (the merge commit, the squashed commit or '').
        """
        squashed = ""
        if squash:
            git(self.work, "checkout", "-q", "-B", "squashed", "main")
            git(self.work, "merge", "-q", "--squash", head)
            git(self.work, "commit", "-q", "-m", "Squash")
            head = squashed = git(self.work, "rev-parse", "HEAD")
            git(self.work, "checkout", "-q", "main")
        git(self.work, "merge", "-q", "--no-ff", "-m", "Merge", head)
        git(self.work, "push", "-q", "origin", "main")
        return git(self.work, "rev-parse", "HEAD"), squashed
