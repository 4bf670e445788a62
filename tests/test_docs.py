"""Every option that the documentation types exists, and every output in it is replayed, or says why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from provisioner.cli.root import COMMANDS, provisioner

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
TYPED = re.compile(r"provisioner(?: --chdir \S+)? ([a-z]+)((?: [^`|;#)\n]*)?)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
BLOCK = re.compile(
    r"^(?P<mark><!-- [^\n]*-->)?\n+```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def options(name: str) -> set[str]:
    command = provisioner.get_command(click.Context(provisioner), name)
    assert command
    return {"--help", *(o for p in command.params for o in (*p.opts, *p.secondary_opts))}


def typed(text: str) -> Iterator[tuple[str, str]]:
    """Yield every option that a text gives to a command, with the command."""
    for found in TYPED.finditer(text.replace("\\\n", " ")):
        if found[1] in COMMANDS:
            given = found[2].partition(" && ")[0].partition(" > ")[0]
            yield from ((found[1], option) for option in OPTION.findall(given))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_option_that_a_page_types_is_one_of_its_command(page: Path) -> None:
    unknown = [
        f"{command} {option}"
        for command, option in typed(page.read_text("utf-8"))
        if option not in options(command)
    ]

    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_a_page_shows_is_replayed_or_says_why_not(page: Path) -> None:
    """A block shows output where a line of it is neither typed nor a comment."""
    for found in BLOCK.finditer(page.read_text("utf-8")):
        lines = [line for line in found["text"].splitlines() if line.strip()]
        runs = any(re.match(r"\$ (?:\.venv/bin/)?provisioner ", line) for line in lines)
        shows = runs and not all(line.startswith(("$", "#")) for line in lines)
        says = not found["kind"] and any(re.search(r"\[[a-z-]+\]$", line) for line in lines)
        if shows or says:
            assert re.match(r"<!-- (replayed|not replayed): .+", found["mark"] or ""), lines[0]


def test_an_option_that_does_not_exist_is_found() -> None:
    text = "Run `provisioner show --history ADDRESS`, or `provisioner plan && x --yes`."

    assert [*typed(text)] == [("show", "--history")]
