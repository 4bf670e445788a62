"""The samples, and files with names that have two spellings, as several systems check them out."""

from __future__ import annotations

import shutil
import unicodedata
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from click.testing import CliRunner

from provisioner.cli.root import provisioner
from tests.support.stories import SECRETS

SAMPLES: Final = Path(__file__).parents[2] / "manifests"

TARGETS: Final = ("local", "local-responses", "local-agents")
"""The targets of the samples that need no account."""
MORE: Final = {
    "büro/größen.yaml": """\
apiVersion: provisioner/v1
kind: VectorStore
metadata: {name: sizes}
spec:
  files:
    - {glob: "wissen-für-alle/**", exclude: ["**/é-draft*"], attributes: {audience: staff}}
    - {path: "Übersicht.md"}
---
apiVersion: provisioner/v1
kind: File
metadata: {name: prices}
spec: {path: "Preise-ñ.csv"}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: sizes}
for_each: {file: "Filialen-ö.csv"}
spec:
  model: ${var:model}
  instructions:
    parts: [{file: "Anrede-ä.md"}, {text: "Branch ${each.city}:\\n  two lines.\\n"}]
  response_format: {type: json_schema, json_schema: {file: "förmate/antwort.json"}}
  tools:
    - {type: file_search, vector_store: sizes}
    - {type: code_interpreter, files: [prices]}
---
apiVersion: provisioner/v1
kind: Skill
metadata: {name: measuring}
spec: {path: "fähigkeit"}
""",
    "büro/wissen-für-alle/größe.md": "# Sizes\n\nLarge is larger.\n",
    "büro/wissen-für-alle/tief/école.md": "# School\n\nClosed on Sundays.\n",
    "büro/wissen-für-alle/é-draft.md": "Not finished.\n",
    "büro/Übersicht.md": "# All of it\n\nEverything.\n",
    "büro/Preise-ñ.csv": "size,price\nL,10\nM,8\n",
    "büro/Filialen-ö.csv": "key,city\nnorth,Köln\nsouth,Ürümqi\n",
    "büro/Anrede-ä.md": "Be kind.\nBe brief.\n",
    "büro/förmate/antwort.json": '{\n  "type": "object",\n  "properties": {"z": {"type": "string"}}\n}\n',
    "büro/fähigkeit/SKILL.md": (
        "---\nname: measuring\ndescription: Measures things.\n---\n\n# Measuring\n\nUse a ruler.\n"
    ),
    "büro/fähigkeit/maße.txt": "1 m = 100 cm\n1 km = 1,000 m\n",
}


Form: TypeAlias = Literal["NFC", "NFD"]
FORMS: Final[tuple[Form, ...]] = ("NFC", "NFD")
_NAMES: Final = {"\n": "LF", "\r\n": "CRLF"}


@dataclass(frozen=True)
class Checkout:
    """The form in which a system writes the files of a commit."""

    newline: str
    form: Form

    @property
    def name(self) -> str:
        return f"{_NAMES[self.newline]}-{self.form}"

    def make(self, folder: Path) -> None:
        """Write the files of the commit into `folder/manifests`."""
        for name, data in commit().items():
            file = folder / "manifests" / unicodedata.normalize(self.form, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            is_text = b"\0" not in data
            file.write_bytes(data.replace(b"\n", self.newline.encode()) if is_text else data)


CHECKOUTS: Final = [Checkout(newline, form) for newline in ("\n", "\r\n") for form in FORMS]
"""The first one is that of the system on which the commit was made."""


def commit() -> dict[str, bytes]:
    """Every file of the commit by its name, with LF and in NFC."""
    samples = {
        file.relative_to(SAMPLES).as_posix(): file.read_bytes()
        for file in sorted(SAMPLES.rglob("*"))
        if file.is_file()
    }
    return {**samples, **{name: text.encode() for name, text in MORE.items()}}


def plans(checkout: Checkout, target: str, folder: Path) -> dict[str, str]:
    """Return the outputs of all ways to print a first plan of a checkout, by the words of the command."""
    if not folder.exists():
        checkout.make(folder)
    commands = [
        ("plan", "--target", target, "--all"),
        ("plan", "--target", target, "--format", "json"),
    ]
    with chdir(folder):
        return {" ".join(words): run(*words) for words in commands}


def run(*words: str) -> str:
    """Return the output of a command, which has to succeed."""
    result = CliRunner().invoke(provisioner, words, env={**SECRETS, "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output


def copy_live(source: Path, target: Path) -> None:
    """Let one project have the accounts and the releases of another."""
    shutil.copytree(source / ".provisioner", target / ".provisioner", dirs_exist_ok=True)
