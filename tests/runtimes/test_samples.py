"""The samples, unchanged but for the target: what each runtime lacks is named, or in `drop:`."""

import json
from pathlib import Path
from shutil import copytree

import pytest
import yaml

import provisioner
from provisioner.kinds import KINDS
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded, load

SAMPLES = Path(provisioner.__file__).parents[1] / "manifests"
TARGETS = yaml.safe_load((SAMPLES / "stack.yaml").read_text("utf-8"))["spec"]["targets"]
DROPS = {
    TARGETS[name]["runtime"]: TARGETS[name]["drop"]
    for name in ("local", "local-responses", "local-agents")
}
"""The `drop:` of the samples' own targets, by runtime."""


def loaded(folder: Path, runtime: str, drop: list[str]) -> Loaded:
    """The samples with one more target, chosen."""
    root = copytree(SAMPLES, folder / "manifests")
    stack = root / "stack.yaml"
    target = f"  targets:\n    new: {{runtime: {runtime}, drop: {json.dumps(drop)}}}\n"
    stack.write_text(stack.read_text("utf-8").replace("  targets:\n", target, 1), "utf-8")
    return load(root, target="new", environ={}, runtimes=RUNTIMES)


@pytest.mark.parametrize("runtime", DROPS)
def test_with_its_drops_a_runtime_takes_the_samples(tmp_path: Path, runtime: str) -> None:
    result = loaded(tmp_path, runtime, DROPS[runtime])

    assert result.diagnostics == ()
    assert {a.name for a in result.desired if a.kind == "assistant"} == {
        "order-support",
        "policy-qa",
        "product-studio",
        "sales-analyst",
        "shop-operator",
    }
    dropped = {path for paths in result.dropped.values() for path in paths}
    used = {entry.partition("=")[0] for entry in DROPS[runtime]}
    assert {path for path in dropped if "[" not in path} == {e for e in used if "[" not in e}


@pytest.mark.parametrize("runtime", DROPS)
def test_nothing_is_dropped_for_nothing(tmp_path: Path, runtime: str) -> None:
    """Fields stay in all at once, and tools one by one, for an entry of one may stand for others."""
    tools = [entry for entry in DROPS[runtime] if entry.startswith("tools[")]
    fields = [entry for entry in DROPS[runtime] if entry not in tools]
    result = loaded(tmp_path / "fields", runtime, tools)

    assert {d.summary for d in result.diagnostics} == {"not supported by this target"}
    named = {d.detail.partition('drop: ["')[2].partition('"]')[0] for d in result.diagnostics}
    assert named >= {*fields}
    for entry in tools:
        folder = tmp_path / entry.replace("/", "_")
        result = loaded(folder, runtime, [other for other in DROPS[runtime] if other != entry])

        assert {d.summary for d in result.diagnostics} == {"not supported by this target"}, entry


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
        assert "leave it out on this target: `drop: [" in diagnostic.detail
        place = diagnostic.position
        assert place
        text = lines[Path(place.file).name][place.line - 1]
        path = diagnostic.detail.partition('drop: ["')[2].partition('"]')[0].partition("=")[0]
        word = path.rstrip("]").replace("[", ".").rpartition(".")[2]
        of_tool = path.startswith("tools[") and ("type:" in text or "ref:" in text)
        assert path in KINDS or word in text or "json_schema" in text or of_tool
