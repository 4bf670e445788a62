"""Confirm that a tag, the version of the package and the changelog agree.

    python -m tests.release.named v1.2.3

prints the name and the version as lines for GITHUB_OUTPUT. Exits with 1 where they do not agree.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from tests.release.builds import ROOT


def refusal(tag: str, root: Path = ROOT) -> str | None:
    """Return why `tag` may not be released as it stands; None where it may."""
    version = project(root)["version"]
    if tag != f"v{version}":
        return f"The tag is {tag}, and pyproject.toml has version {version}."
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    if not re.search(heading, changes, re.MULTILINE):
        return f"CHANGELOG.md has no heading '## [{version}] - YYYY-MM-DD'."
    return None


def project(root: Path = ROOT) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def main(tag: str) -> int:
    why = refusal(tag)
    if why:
        sys.stderr.write(f"{why}\n")
        return 1
    sys.stdout.write(f"name={project()['name']}\nversion={project()['version']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
