"""The samples, unchanged but for the target: what each runtime lacks is named, or in `drop:`."""

from pathlib import Path
from shutil import copytree

import pytest

import provisioner
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded, load

SAMPLES = Path(provisioner.__file__).parents[1] / "manifests"
DROPS = {
    "responses": ["max_prompt_tokens", "truncation_strategy=last_messages"],
    "agents": [
        *("vector_store", "file", "description", "temperature", "top_p", "tool_choice"),
        *("parallel_tool_calls", "truncation_strategy", "max_prompt_tokens"),
        *("max_completion_tokens", '"tools[code_interpreter]"', '"tools[function].strict=true"'),
        *("response_format.json_schema.name", "response_format.json_schema.description"),
        "response_format.json_schema.strict=true",
    ],
}


def loaded(folder: Path, runtime: str, drop: list[str]) -> Loaded:
    """The samples with one more target, chosen."""
    root = copytree(SAMPLES, folder / "manifests")
    stack = root / "stack.yaml"
    target = f"  targets:\n    new: {{runtime: {runtime}, drop: [{', '.join(drop)}]}}\n"
    stack.write_text(stack.read_text("utf-8").replace("  targets:\n", target, 1), "utf-8")
    return load(root, target="new", environ={}, runtimes=RUNTIMES)


@pytest.mark.parametrize("runtime", DROPS)
def test_with_its_drops_a_runtime_takes_the_samples(tmp_path: Path, runtime: str) -> None:
    result = loaded(tmp_path, runtime, DROPS[runtime])

    assert result.diagnostics == ()
    assert {a.name for a in result.desired if a.kind == "assistant"} == {
        "order-support",
        "policy-qa",
        "sales-analyst",
    }
    dropped = {path for paths in result.dropped.values() for path in paths}
    used = {entry.strip('"').partition("=")[0] for entry in DROPS[runtime]}
    assert {path for path in dropped if "[" not in path} == {e for e in used if "[" not in e}


@pytest.mark.parametrize("runtime", DROPS)
def test_without_them_each_field_is_named_at_its_line(tmp_path: Path, runtime: str) -> None:
    result = loaded(tmp_path, runtime, [])
    lines = {
        path.name: path.read_text("utf-8").splitlines()
        for path in (tmp_path / "manifests").rglob("*.yaml")
    }

    assert result.diagnostics
    for diagnostic in result.diagnostics:
        assert diagnostic.summary == "not supported by this target"
        assert "leave it out there: `drop: [" in diagnostic.detail
        place = diagnostic.position
        assert place
        text = lines[Path(place.file).name][place.line - 1]
        path = diagnostic.detail.partition('drop: ["')[2].partition('"]')[0].partition("=")[0]
        word = path.rstrip("]").replace("[", ".").rpartition(".")[2]
        assert path in ("vector_store", "file") or word in text or "json_schema" in text
