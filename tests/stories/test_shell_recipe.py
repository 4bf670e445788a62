"""The shell script of docs/pipelines-elsewhere.md, taken out of the page and run as it stands."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from provisioner.verbs.init import init
from tests.support.shells import Done, Shell

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = (Path(__file__).parents[2] / "docs" / "pipelines-elsewhere.md").read_text("utf-8")
HELPER = Path("manifests/helper.yaml")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run the script in a folder that `init` wrote, on the embedded server."""
    work, kept = tmp_path / "work", tmp_path / "kept"
    work.mkdir()
    kept.mkdir()
    monkeypatch.chdir(work)
    init(Path("manifests"))
    script = tmp_path / "assistants.sh"
    script.write_text(block("sh"), encoding="utf-8")
    shell = Shell(tmp_path, {"KEPT": str(kept), "PROVISIONER_ALLOWED_HOSTS": ""})
    return lambda *words, **environ: shell.run(["sh", str(script), *words], work, **environ)


def edited(old: str, new: str) -> None:
    HELPER.write_text(HELPER.read_text("utf-8").replace(old, new), encoding="utf-8")


def test_the_reviewed_plan_is_applied_and_no_other(recipe: Callable[..., Done]) -> None:
    assert recipe("check").code == 0
    shown = recipe("plan", "1")
    assert (shown.code, "2 to create" in shown.output) == (0, True)
    done = recipe("apply", "1")
    assert (done.code, "2 created" in done.output) == (0, True), done.output
    assert recipe("night").code == 0

    edited("temperature: 0.2", "temperature: 0.4")
    assert recipe("plan", "2").code == 0
    edited("temperature: 0.4", "temperature: 0.9")
    refused = recipe("apply", "2")
    assert (refused.code, "0.9" in refused.output) == (1, True), refused.output
    edited("temperature: 0.9", "temperature: 0.4")
    assert recipe("apply", "2").code == 0


def test_what_is_broken_or_unset_stops_the_script_before_anything_is_sent(
    recipe: Callable[..., Done],
) -> None:
    assert recipe("apply", "3").code != 0, "nobody has planned it"
    edited("kind: Assistant", "kind: Assistent")
    assert recipe("check").code == 1
    failed = recipe("plan", "3")
    assert (failed.code, "did you mean" in failed.output.lower()) == (1, True)
    assert recipe("apply", "3").code != 0, "a plan that failed is not kept"
    assert "KEPT" in recipe("night", KEPT="").output
    assert recipe("else").code == 2


def test_a_host_that_the_runner_does_not_allow_is_not_asked(recipe: Callable[..., Done]) -> None:
    stack = Path("manifests/stack.yaml")
    there = "local: {runtime: assistants, base_url: 'http://127.0.0.1:9/v1', api_key_env: KEY}"
    stack.write_text(re.sub(r"local: \{.*\}", there, stack.read_text("utf-8")), encoding="utf-8")

    refused = recipe("plan", "4", KEY="sk-1")

    assert (refused.code, "PROVISIONER_ALLOWED_HOSTS" in refused.output) == (1, True)


def test_the_pipeline_of_buildkite_fits_its_schema() -> None:
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/buildkite.json"
    pipeline: Any = yaml.safe_load(block("yaml"))

    jsonschema.validate(pipeline, json.loads(schema.read_text("utf-8")))
    commands = [step["command"] for step in pipeline["steps"] if "command" in step]
    assert [one.split()[:2] for one in commands] == [
        ["assistants.sh", "check"],
        ["assistants.sh", "plan"],
        ["assistants.sh", "apply"],
    ]
