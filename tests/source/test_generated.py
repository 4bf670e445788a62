"""Files that are generated from the kinds are fresh, and agree with `check`."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import provisioner
from provisioner.kinds import KINDS
from provisioner.runtimes import RUNTIMES
from provisioner.source import load, reference, schemas

ROOT = Path(provisioner.__file__).parents[1]
GENERATED = schemas.generate()
SAMPLES = ROOT / "manifests"
WHOLE = Draft202012Validator(json.loads(GENERATED["manifest.schema.json"]))


@pytest.mark.parametrize("name", GENERATED)
def test_a_schema_is_fresh(name: str) -> None:
    """Else: `python -m provisioner.source.schemas`."""
    assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == GENERATED[name]


@pytest.mark.parametrize("name", GENERATED)
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(GENERATED[name]))
    assert "x-hints" not in GENERATED[name]


def test_the_reference_is_fresh() -> None:
    """Else: `python -m provisioner.source.reference`."""
    path = ROOT / "docs" / "manifest-reference.md"
    assert path.read_text(encoding="utf-8") == reference.generate()


def test_every_field_of_every_kind_is_in_the_reference() -> None:
    text = reference.generate()

    for kind in KINDS.values():
        assert f"\n## {kind.title}\n" in text
        for field in kind.schema["properties"]:
            assert f"| `{field}` |" in text


def test_every_example_of_the_reference_fits_the_schema() -> None:
    examples = [part.partition("```")[0] for part in reference.generate().split("```yaml\n")[1:]]

    assert len(examples) == len(KINDS) + 1
    for example in examples:
        assert list(WHOLE.iter_errors(yaml.safe_load(example))) == []


def _manifest(**spec: Any) -> dict[str, Any]:
    head = {"apiVersion": "provisioner/v1", "kind": "Assistant", "metadata": {"name": "a"}}
    return {**head, "spec": {"model": "m", **spec}}


@pytest.mark.parametrize(
    ("spec", "right"),
    [
        ({"temperature": 1}, True),
        ({"temperature": "${var:heat}"}, True),
        ({"temperature": "hot"}, False),
        ({"temperature": None}, True),
        ({"model": None}, False),
        ({"reasoning_effort": "${var:effort}"}, True),
        ({"parallel_tool_calls": "${var:calls}"}, True),
        ({"tool_choice": "auto"}, True),
        ({"tool_choice": "${var:choice}"}, True),
        ({"tool_choice": "always"}, False),
        ({"tools": [{"type": "file_search", "max_num_results": "${var:n}"}]}, True),
        ({"tools": [{"type": "file_search", "max_num_results": "many"}]}, False),
        ({"truncation_strategy": {"type": "none"}}, False),
        ({"temprature": 1}, False),
    ],
)
def test_an_editor_says_what_validate_says_but_lets_variables_be(
    spec: dict[str, Any], right: bool
) -> None:
    assert WHOLE.is_valid(_manifest(**spec)) is right


@pytest.mark.parametrize("environment", [None, "dev", "prod"])
def test_the_samples_load_without_a_word(environment: str | None) -> None:
    loaded = load(SAMPLES, environment=environment, environ={}, runtimes=RUNTIMES)

    assert loaded.diagnostics == ()
    assert {address.kind for address in loaded.desired} == {"assistant", "vector_store", "file"}
