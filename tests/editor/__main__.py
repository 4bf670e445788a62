"""Hover over every field of every document of every sample, and complete in each of them.

Exits with 1 where a field that the schema knows has no hover text, where a document offers no
completion, or where the server finds a problem in a sample. Manifests of any other folder can be
named instead of the samples.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from provisioner.kinds import KINDS
from provisioner.source.stack_schema import SPEC
from tests.editor.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
FIELDS = {kind.title: frozenset(kind.schema["properties"]) for kind in KINDS.values()}
FIELDS["Stack"] = frozenset(SPEC["properties"])
"""The fields of `spec`, by kind."""


@dataclass(frozen=True)
class Document:
    """One document of a file: its kind, and the place of each field of its `spec`."""

    kind: str
    fields: dict[str, tuple[int, int]]
    end: int

    @property
    def indent(self) -> int:
        return min(column for _, column in self.fields.values())


def documents(text: str) -> Iterator[Document]:
    for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
        top = {key.value: (key, value) for key, value in node.value}
        spec = top["spec"][1]
        fields = {key.value: (key.start_mark.line, key.start_mark.column) for key, _ in spec.value}
        last = spec.value[-1][1] if spec.value else spec
        yield Document(top["kind"][1].value, fields, last.end_mark.line)


def check(client: Client, file: Path) -> tuple[str, list[str]]:
    """The counts of a file, and the things that were missed in it."""
    text = file.read_text("utf-8")
    name = file.relative_to(client.root)
    client.open(file, text)
    missed, hovers, offers = [], 0, []
    for number, document in enumerate(documents(text), 1):
        where = f"{name}, document {number} ({document.kind})"
        for field, (line, column) in document.fields.items():
            if client.hover(file, line, column + 1).strip():
                hovers += 1
            else:
                missed.append(f"{where}: no hover text for {field}")
        lines = text.split("\n")
        line = max(line for line, _ in document.fields.values())
        # A new line above the last field, which is in the block of `spec` whatever stands around it.
        lines.insert(line, " " * document.indent)
        client.change(file, 2 * number, "\n".join(lines))
        offered = FIELDS[document.kind].intersection(client.complete(file, line, document.indent))
        client.change(file, 2 * number + 1, text)
        offers.append(len(offered))
        left = FIELDS[document.kind] - document.fields.keys()
        if left - offered:
            missed.append(f"{where}: not offered: {', '.join(sorted(left - offered))}")
    client.hover(file, 0, 0)
    missed += [
        f"{name}:{one['range']['start']['line'] + 1}: {one['message']}"
        for one in client.problems.get(file.as_uri(), [])
    ]
    told = f"{name}: {len(offers)} documents, {hovers} hover texts, {sum(offers)} fields offered"
    return told, missed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.editor", description=__doc__)
    parser.add_argument(
        "--server",
        default="yaml-language-server",
        help="the program of the npm package yaml-language-server (default: the one in PATH)",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "manifests")
    chosen = parser.parse_args(arguments)
    folder = chosen.folder.resolve()
    failed = 0
    with Client([chosen.server], folder) as client:
        for file in sorted(folder.rglob("*.y*ml")):
            told, missed = check(client, file)
            failed += len(missed)
            print(told, *(f"  {one}" for one in missed), sep="\n")  # noqa: T201 - a program of its own
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
