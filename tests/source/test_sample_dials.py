"""The samples show every kind and every dial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import provisioner
from provisioner.kinds import KINDS
from provisioner.source import stack_schema
from tests.stories.test_fields import properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAMPLES = Path(provisioner.__file__).parents[1] / "manifests"
ANOTHER_WAY = {
    **{
        f"assistant:instructions.parts{path}": "the prompts of the samples are short"
        for path in ("", "[].file", "[].variables", "[].text")
    },
    "assistant:response_format.json_schema.name": "stands in the file that is named",
    "assistant:response_format.json_schema.description": "stands in the file that is named",
    "assistant:response_format.json_schema.schema": "stands in the file that is named",
    "assistant:response_format.json_schema.strict": "stands in the file that is named",
    "assistant:tool_choice.function": "the samples choose among several",
    "assistant:tool_choice.function.name": "the samples choose among several",
    "assistant:tool_choice.server_label": "the samples choose among several",
    "assistant:tool_choice.name": "the samples choose among several",
    "assistant:checks[].expect[].command": "a sample must not start programs",
    "assistant:tools[mcp].credential_id": "for a credential that is not ours",
    "assistant:tools[tool_search].description": "for an application that searches by itself",
    "assistant:tools[tool_search].parameters": "for an application that searches by itself",
    "assistant:tools[function].function.strict": "shown by the Functions",
    "assistant:tools[function].function.output_schema": "shown by the Functions",
    "assistant:tools[function].function.defer_loading": "shown by the Functions",
    "assistant:tools[function].function.async": "shown by the Functions",
    "assistant:tools[function].function.allowed_callers": "shown by the Functions",
    "assistant:tools[file_search].filters.key": "the samples join several comparisons",
    "assistant:tools[file_search].filters.value": "the samples join several comparisons",
    "assistant:session.environment.workspace_directory": "shown by an Automation",
    "automation:target.environment.desktop": "shown by an Assistant's session",
    "automation:target.environment.desktop.enabled": "shown by an Assistant's session",
    "automation:target.session_id": "a session has its id only once it is there",
    "automation:target.instructions": "a session has its id only once it is there",
    "environment_template:network.blocked_domains": "excludes allowed_domains",
    "environment_template:skills[].skill_id": "for a skill that is not ours",
    "vector_store:files[].path": "the short form is shown",
}
"""The fields that the samples do not show, each with the reason."""


def documents() -> Iterator[Mapping[str, Any]]:
    for path in sorted(SAMPLES.rglob("*.yaml")):
        yield from (doc for doc in yaml.safe_load_all(path.read_text("utf-8")) if doc)


def used(value: Any, inside: str) -> Iterator[str]:
    """Every path that a value takes, spelled as `properties` spells it."""
    if isinstance(value, dict):
        for key, item in value.items():
            path = f"{inside}.{key}" if inside else str(key)
            yield path
            yield from used(item, path)
    elif isinstance(value, list):
        for item in value:
            of_tool = inside == "tools" and isinstance(item, dict)
            yield from used(item, f"tools[{item['type']}]" if of_tool else f"{inside}[]")
            yield from ["tools[].type"] if of_tool else []


def is_shared(kind: str, path: str) -> bool:
    """Return true if one kind shows a field for all that have it."""
    return kind != "assistant" and path.startswith("lifecycle")


@pytest.mark.parametrize("name", KINDS)
def test_the_samples_show_every_dial_of_a_kind(name: str) -> None:
    kind = KINDS[name]
    mine = [doc["spec"] for doc in documents() if doc["kind"] == kind.title]
    shown = {f"{name}:{path}" for spec in mine for path in used(spec, "")}
    shown |= {f"{name}:{path[:-2]}" for path in used({"spec": mine}, "") if path.endswith("[]")}

    dials = [path for path in properties(kind.schema) if not is_shared(name, path)]
    missing = {f"{name}:{path}" for path in dials} - shown
    bare = {f"{name}:tools[{doc['type']}]" for spec in mine for doc in spec.get("tools", ())}

    assert mine
    assert missing - ANOTHER_WAY.keys() - bare == set()


def test_nothing_is_excused_for_nothing() -> None:
    declared = {
        f"{name}:{path}" for name, kind in KINDS.items() for path in properties(kind.schema)
    }
    assert ANOTHER_WAY.keys() <= declared


def test_the_samples_show_every_setting_of_the_stack_and_of_targets() -> None:
    (stack,) = (doc["spec"] for doc in documents() if doc["kind"] == "Stack")
    settings = {name for target in stack["targets"].values() for name in target}
    target = stack_schema.SPEC["properties"]["targets"]["additionalProperties"]["properties"]
    environments = stack_schema.SPEC["properties"]["environments"]["additionalProperties"]

    assert stack_schema.SPEC["properties"].keys() - stack.keys() == set()
    assert target.keys() - settings == set()
    seen = {name for environment in stack["environments"].values() for name in environment}
    assert environments["properties"].keys() - seen == set()
