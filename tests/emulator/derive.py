"""Write what the SDK says about request bodies to the embedded server's `core/wire.json`.

    python -m tests.emulator.derive

The embedded server must not import the SDK, which it serves and judges. So the names, the
enumerations and the unions of its request bodies are taken from the SDK's types here, and are
committed as data. `tests/emulator/test_wire.py` fails where the file is stale.

A type is written as one of

- `string`, `integer`, `number`, `boolean`, or `any`;
- `{"enum": [...]}`, `{"list": TYPE}`, `{"map": TYPE}` (an object with keys of the caller's choice);
- `{"null": TYPE}` for TYPE or null;
- `{"ref": NAME}` for the object of that name;
- `{"tagged": {TAG: NAME}}` for one of several objects, told apart by their `type`; several objects
  with one tag are a list of names;
- `{"either": [TYPE, ...]}` for types that JSON itself tells apart.

An object is `{"fields": {NAME: TYPE}, "required": [NAME, ...]}`. Its name is that of the SDK's class;
where several classes with different fields share a name, their module stands before it.
"""

from __future__ import annotations

import importlib
import json
import types
import typing
from collections import Counter, abc
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import openai
import typing_extensions

OUT = Path(__file__).parents[2] / "provisioner/emulator/core/wire.json"

ROOTS = [
    "beta.assistant_create_params.AssistantCreateParams",
    "beta.assistant_update_params.AssistantUpdateParams",
    "beta.thread_create_params.ThreadCreateParams",
    "beta.thread_update_params.ThreadUpdateParams",
    "beta.thread_create_and_run_params.ThreadCreateAndRunParams",
    "beta.threads.message_create_params.MessageCreateParams",
    "beta.threads.message_update_params.MessageUpdateParams",
    "beta.threads.run_create_params.RunCreateParams",
    "beta.threads.run_update_params.RunUpdateParams",
    "beta.threads.run_submit_tool_outputs_params.RunSubmitToolOutputsParams",
    "vector_store_create_params.VectorStoreCreateParams",
    "vector_store_update_params.VectorStoreUpdateParams",
    "vector_store_search_params.VectorStoreSearchParams",
    "vector_store_search_params.Filters",
    "vector_stores.file_create_params.FileCreateParams",
    "vector_stores.file_update_params.FileUpdateParams",
    "vector_stores.file_batch_create_params.FileBatchCreateParams",
    "skill_update_params.SkillUpdateParams",
    "batch_create_params.BatchCreateParams",
    "container_create_params.ContainerCreateParams",
    "containers.file_create_params.FileCreateParams",
    "conversations.conversation_create_params.ConversationCreateParams",
    "conversations.conversation_update_params.ConversationUpdateParams",
    "conversations.item_create_params.ItemCreateParams",
    "responses.response_create_params.ResponseCreateParams",
    "responses.response_compact_params.ResponseCompactParams",
    "responses.input_token_count_params.InputTokenCountParams",
    "beta.agent_create_params.AgentCreateParams",
    "beta.agent_update_params.AgentUpdateParams",
    "beta.agents.session_create_params.SessionCreateParams",
    "beta.agents.session_update_params.SessionUpdateParams",
    "beta.agents.sessions.event_create_params.EventCreateParams",
    "beta.agents.environment_create_params.EnvironmentCreateParams",
    "beta.agents.environments.template_create_params.TemplateCreateParams",
    "beta.agents.environments.template_update_params.TemplateUpdateParams",
    "beta.agents.environments.file_create_params.FileCreateParams",
    "beta.agents.vault_create_params.VaultCreateParams",
    "beta.agents.vault_update_params.VaultUpdateParams",
    "beta.agents.vaults.credential_create_params.CredentialCreateParams",
    "beta.agents.vaults.credential_update_params.CredentialUpdateParams",
    "beta.agents.automation_create_params.AutomationCreateParams",
    "beta.agents.automation_update_params.AutomationUpdateParams",
]

SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", object: "any"}
LISTS = (list, abc.Iterable, abc.Sequence)
UNIONS = (Union, types.UnionType)
REQUIRED = (typing.Required, typing_extensions.Required)


def _is_object(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, dict) and hasattr(hint, "__required_keys__")


def _bare(hint: Any) -> Any:
    """The hint without Required[...] and Annotated[...]."""
    while get_origin(hint) in {
        typing.Annotated, typing.Required, typing_extensions.Required, typing.NotRequired,
    }:  # fmt: skip
        hint = get_args(hint)[0]
    return hint


def _alias(hint: Any, name: str) -> str:
    """The name of a field on the wire, which Python's own words may forbid to the SDK."""
    while get_args(hint) and get_origin(hint) is not Union:
        for part in getattr(hint, "__metadata__", ()):
            if getattr(part, "alias", None):
                return str(part.alias)
        hint = get_args(hint)[0]
    return name


class Derivation:
    """The objects that have been met, by the full name of their class."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}

    def name_of(self, kind: Any) -> str:
        """Return the object's name; its fields are derived when it is met first."""
        name = f"{kind.__module__.removeprefix('openai.types.')}.{kind.__name__}"
        if name not in self.objects:
            self.objects[name] = {"fields": {}, "required": []}
            hints = get_type_hints(kind, include_extras=True)
            self.objects[name] = {
                "fields": {_alias(hint, key): self.type_of(hint) for key, hint in hints.items()},
                # The tag first: what else is missing depends on it.
                "required": sorted(
                    (
                        _alias(hint, key)
                        for key, hint in hints.items()
                        if get_origin(hint) in REQUIRED
                    ),
                    key=lambda name: name != "type",
                ),
            }
        return name

    def type_of(self, hint: Any) -> Any:
        hint = _bare(hint)
        origin, parts = get_origin(hint), get_args(hint)
        if hint in SCALARS:
            return SCALARS[hint]
        if origin is Literal:
            return {"enum": list(parts)}
        if origin in UNIONS:
            return self._union(_flat(hint))
        if origin is dict:
            return {"map": self.type_of(parts[1])}
        if origin in LISTS or getattr(origin, "__name__", "") == "SequenceNotStr":
            return {"list": self.type_of(parts[0])}
        return {"ref": self.name_of(hint)} if _is_object(hint) else "any"

    def _union(self, parts: list[Any]) -> Any:
        objects = [part for part in parts if _is_object(part)]
        rest = [part for part in parts if part not in objects and part is not types.NoneType]
        # A list of names with "or any other string" behind it is a string.
        if str in rest:
            rest = [part for part in rest if get_origin(part) is not Literal]
        made = [self.type_of(part) for part in rest]
        made = [one for at, one in enumerate(made) if one not in made[:at]]
        if len(objects) > 1:
            made.append(self._tagged(objects))
        elif objects:
            made.append({"ref": self.name_of(objects[0])})
        either = made[0] if len(made) == 1 else {"either": made}
        return {"null": either} if types.NoneType in parts else either

    def _tagged(self, objects: list[Any]) -> Any:
        tags: dict[Any, list[str]] = {}
        for kind in objects:
            name = self.name_of(kind)
            tag = self.objects[name]["fields"].get("type", {})
            for value in tag.get("null", tag).get("enum", [""]):
                tags.setdefault(value, []).append(name)
        if list(tags) == [""]:
            return {"ref": self._merged(tags[""])}
        return {"tagged": {tag: one[0] if len(one) == 1 else one for tag, one in tags.items()}}

    def _merged(self, names: list[str]) -> str:
        """Return the one object for a request that the SDK writes once with `stream` and once without."""
        first, *others = (self.objects[name] for name in names)
        fields, required = dict(first["fields"]), first["required"]
        for other in others:
            for field, kind in other["fields"].items():
                if fields.setdefault(field, kind) != kind:
                    fields[field] = {"null": "boolean"}
            required = [field for field in required if field in other["required"]]
        name = names[0].removesuffix("NonStreaming")
        for one in names:
            del self.objects[one]
        self.objects[name] = {"fields": fields, "required": required}
        return name


def _flat(hint: Any) -> list[Any]:
    """Return the members of a union, those of unions inside it included."""
    hint = _bare(hint)
    return (
        [one for part in get_args(hint) for one in _flat(part)]
        if get_origin(hint) in UNIONS
        else [hint]
    )


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a type or an object with the names of other objects replaced."""
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(made.get("ref"), str):
        made["ref"] = names.get(made["ref"], made["ref"])
    if isinstance(made.get("tagged"), dict):
        made["tagged"] = {
            tag: [names.get(one, one) for one in name]
            if isinstance(name, list)
            else names.get(name, name)
            for tag, name in made["tagged"].items()
        }
    return made


def _without_twins(objects: dict[str, Any]) -> dict[str, Any]:
    """Return the objects with equal ones of one class name written once, under short names."""
    while True:
        first: dict[str, str] = {}
        twins: dict[str, str] = {}
        for name, made in objects.items():
            key = json.dumps([name.rpartition(".")[2], made])
            if first.setdefault(key, name) != name:
                twins[name] = first[key]
        if not twins:
            break
        objects = {k: _renamed(v, twins) for k, v in objects.items() if k not in twins}
    short = _short(list(objects))
    return {short[name]: _renamed(made, short) for name, made in objects.items()}


def _short(names: list[str]) -> dict[str, str]:
    """Return for each dotted name the shortest end of it that no other name has."""
    short: dict[str, str] = {}
    for parts in range(1, max(name.count(".") for name in names) + 2):
        ends = {name: ".".join(name.split(".")[-parts:]) for name in names if name not in short}
        count = Counter(ends.values())
        short |= {name: end for name, end in ends.items() if count[end] == 1}
    return short


def derived() -> dict[str, Any]:
    """Return all that is written, from the SDK that is installed."""
    derivation = Derivation()
    # A root that is a union of tagged objects has no class: it is an object named like the union.
    for root in ROOTS:
        module, _, name = root.rpartition(".")
        kind = getattr(importlib.import_module(f"openai.types.{module}"), name)
        made = derivation.type_of(kind)
        if "tagged" in made:
            derivation.objects[root] = made
    return {"sdk": openai.__version__, "objects": _without_twins(derivation.objects)}


def written(data: dict[str, Any]) -> str:
    """Return the text of the file: one object a line, so that a newer SDK is a readable change."""
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(made)}"
        for name, made in sorted(data["objects"].items())
    )
    return f'{{\n"sdk": {json.dumps(data["sdk"])},\n"objects": {{\n{lines}\n}}\n}}\n'


if __name__ == "__main__":
    OUT.write_text(written(derived()), encoding="utf-8")
