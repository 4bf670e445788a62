"""Run the lines with which the component for GitLab installs the program, as a runner would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from tests.packaging.installed import done

if TYPE_CHECKING:
    from pathlib import Path

BASE: Final = ".$[[ inputs.name ]]"
"""The job that every other job of the component extends."""


def run(source: Path, commit: str, place: Path) -> None:
    """Install from a repository of this project, and start the program. Ends the process if it fails."""
    _, jobs = (source / "templates" / "provisioner.yml").read_text("utf-8").split("\n---\n")
    parsed: dict[str, Any] = yaml.safe_load(jobs)
    script = "\n".join([*parsed[BASE]["before_script"], "provisioner validate"])
    given = {"PROVISIONER_REPOSITORY": f"file://{source}", "PROVISIONER_COMMIT": commit}
    place.mkdir()
    done(["bash", "-eo", "pipefail", "-c", script], source, TMPDIR=str(place), **given)
