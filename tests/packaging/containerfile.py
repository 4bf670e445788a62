"""Follow the Containerfile as far as a machine without a container engine can.

hadolint reads it with a parser of its own, and its commands for pip are run for real, in folders
that stand for those of the image. Not followed are the base image, the packages of its system and
the user that is made in it.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, Final

from tests.packaging.installed import done

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "Containerfile"
INSTRUCTION: Final = re.compile(r"^([A-Z]+) (.+(?:\\\n.+)*)$", re.MULTILINE)
PLACES: Final = ("/opt/build", "/opt/provisioner", "/wheels")
"""The folders of the image in which its commands write."""


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions with their arguments, each on one line."""
    return [(found[1], found[2].replace("\\\n", " ")) for found in INSTRUCTION.finditer(text)]


def followed(tools: Path, tree: Path, place: Path) -> int:
    """Copy and run what the first stage copies and runs. Returns the number of its commands.

    Ends the process where one of them fails, or where the program does not run afterwards.
    """
    done([tools / "hadolint", "--failure-threshold=style", tree / NAME], tree)
    source, count = place / "source", 0
    for name, argument in instructions((tree / NAME).read_text("utf-8")):
        if name == "COPY" and not argument.startswith("--from"):
            *copied, where = shlex.split(argument)
            for one in copied:
                _copy(tree / one, source / where)
        elif name == "RUN" and "pip" in argument:
            for folder in PLACES:
                argument = argument.replace(folder, f"{place}{folder}")  # noqa: PLW2901
            argument = argument.replace("python -m venv", f"{sys.executable} -m venv")  # noqa: PLW2901
            done(["bash", "-ec", argument], source)
            count += 1
    shutil.copytree(tree / "manifests", place / "work" / "manifests")
    done([f"{place}/opt/provisioner/bin/provisioner", "validate"], place / "work")
    return count


def _copy(what: Path, where: Path) -> None:
    """Copy a file into a folder, or a folder's content, as COPY does."""
    if what.is_dir():
        shutil.copytree(what, where, dirs_exist_ok=True)
        return
    where.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(what, where / what.name)
