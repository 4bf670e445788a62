"""Run the hooks by pre-commit itself, from a repository of this tree, in one that uses them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from tests.packaging.installed import done, environ

if TYPE_CHECKING:
    from pathlib import Path

GIT: Final = ("git", "-c", "user.name=provisioner", "-c", "user.email=provisioner@example.com")
CONFIG: Final = """\
repos:
  - repo: {repository}
    rev: {commit}
    hooks:
      - id: provisioner-validate
      - id: provisioner-schema
"""


def repository(folder: Path) -> str:
    """Make a folder a repository with one commit. Returns the commit."""
    done(["git", "init", "--quiet"], folder)
    done(["git", "add", "--all"], folder)
    done([*GIT, "commit", "--quiet", "--message", "All of it"], folder)
    return done(["git", "rev-parse", "HEAD"], folder).strip()


def run(tools: Path, source: Path, commit: str, place: Path) -> None:
    """Install the hooks as a user does and run them, over right manifests and over a broken one.

    `source` is a repository of this project.
    """
    user = place / "user"
    shutil.copytree(source / "manifests", user / "manifests")
    config = CONFIG.format(repository=source, commit=commit)
    (user / ".pre-commit-config.yaml").write_text(config, "utf-8")
    repository(user)
    home = {"PRE_COMMIT_HOME": str(place / "home")}
    done([tools / "pre-commit", "validate-manifest", source / ".pre-commit-hooks.yaml"], user)
    done([tools / "pre-commit", "run", "--all-files"], user, **home)
    (broken,) = (user / "manifests").glob("knowledge.yaml")
    broken.write_text(f"{broken.read_text('utf-8')}\n---\nkind: Assistent\n", "utf-8")
    done(["git", "add", "--all"], user)
    ran = subprocess.run(
        [tools / "pre-commit", "run", "provisioner-validate"],
        cwd=user,
        env={**environ(), **home},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 1 or "knowledge.yaml" not in ran.stdout:
        sys.exit(f"The hook let a broken manifest pass:\n{ran.stdout}{ran.stderr}")
