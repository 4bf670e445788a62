"""The needs of an editor: a schema line above each document, and a text for each field.

`python -m tests.editor` drives a real language server through the same documents.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import provisioner
from provisioner.cli.root import provisioner as command
from provisioner.source import schemas

ROOT = Path(provisioner.__file__).parents[1]
SAMPLES = sorted((ROOT / "manifests").rglob("*.yaml"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
DOCUMENT = re.compile(r"^---\n", re.MULTILINE)
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def assert_an_editor_knows(file: Path) -> None:
    """Each document names a schema that is there, and fits it."""
    for text in DOCUMENT.split(file.read_text(encoding="utf-8")):
        line = LINE.match(text)
        assert line, text[:200]
        schema = json.loads((file.parent / line[1]).read_text(encoding="utf-8"))
        assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_each_document_of_the_samples_names_its_schema_and_fits_it(file: Path) -> None:
    assert_an_editor_knows(file)


EXPORT = {
    "id": "asst_1",
    "object": "assistant",
    "name": "Helper",
    "model": "gpt-6.1-terra",
    "instructions": "Be brief.\n---\nAnd kind.",
    "tools": [{"type": "function", "function": {"name": f"f{n}"}} for n in range(3)],
}


@pytest.mark.parametrize("words", [["init", "new"], ["pull", "export.json", "--out", "new"]])
def test_each_document_that_is_written_names_its_schema_and_fits_it(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export.json").write_text(json.dumps([EXPORT, {**EXPORT, "id": "asst_2"}]))

    result = CliRunner().invoke(command, words)

    assert result.exit_code == 0, result.output
    files = sorted(Path("new").rglob("*.yaml"))
    assert len(files) > 1
    for file in files:
        assert_an_editor_knows(file)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_document_of_the_docs_has_its_schema_line(page: Path) -> None:
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for text in DOCUMENT.split(block):
            assert "apiVersion:" not in text or LINE.match(text), text


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property that a schema declares, but for those by which it only tells cases apart."""
    if isinstance(schema, list):
        for item in schema:
            yield from fields(item, path)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        for name, field in properties.items() if isinstance(properties, dict) else ():
            yield f"{path}.{name}", field
            yield from fields(field, f"{path}.{name}")
        for key, inner in schema.items():
            if key not in ("if", "properties", "examples", "default"):
                yield from fields(inner, path)


@pytest.mark.parametrize("name", schemas.generate())
def test_each_field_has_a_text_to_hover_over(name: str) -> None:
    found = [*fields(json.loads(schemas.generate()[name]))]

    assert found
    without = [
        path for path, field in found if not str(field.get("description") or field.get("$ref", ""))
    ]
    assert without == []
