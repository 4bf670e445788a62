"""Generate the JSON Schemas that editors use, one for each kind of manifest, with hover texts.

They allow values that are checked only later: `${var:…}` instead of a number, a choice or a
pattern, and null for a field that is not set. `provisioner schema` writes them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.kinds.shared import Schema
from provisioner.source import metadata_schema, stack_schema
from provisioner.source.check import API_VERSION, FOR_EACH, STACK
from provisioner.source.fields import STACK_SUMMARY

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_VARIABLE: Final[Schema] = {"type": "string", "pattern": r"^\$\{(var:|each\.)"}
_SCALARS: Final = {"number", "integer", "boolean"}
_MANIFEST: Final = "manifest"
_SPEC: Final = "The fields of the resource."


def generate() -> dict[str, str]:
    """Return the text of each schema by its file name."""
    return {f"{name}.schema.json": _text(schema) for name, schema in _schemas().items()}


def of_any_kind() -> str:
    """Return the text of the schema for documents of every kind."""
    return _text(_schemas()[_MANIFEST])


def _schemas() -> dict[str, Schema]:
    """Return each schema by the name of its kind, and those of the Stack and of every kind."""
    documents = {name: _document(kind.title, kind.summary) for name, kind in KINDS.items()}
    for name, kind in KINDS.items():
        if kind.repeats:
            documents[name]["properties"][FOR_EACH] = stack_schema.FOR_EACH
        if kind.inlined:
            documents[name]["properties"]["metadata"] = metadata_schema.INLINED_METADATA
    schemas = {**documents, "stack": _stack(STACK_SUMMARY)}
    for name, kind in KINDS.items():
        documents[name]["properties"]["spec"] = _spec(kind.schema)
        if metadata_schema.can_be_borrowed(kind):
            fields = documents[name]["properties"]["spec"]["properties"]
            fields[metadata_schema.ID] = metadata_schema.BORROWED_ID
        documents[name]["$defs"] = {**kind.schema.get("$defs", {})}
    schemas[_MANIFEST] = _any(schemas)
    return schemas


def _document(title: str, summary: str) -> Schema:
    """Return the schema of a document of one kind, without its `spec`."""
    return {
        "$schema": DRAFT,
        "title": title,
        "description": summary,
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "The version of this language."},
            "kind": {"const": title, "description": summary},
            "metadata": metadata_schema.RESOURCE_METADATA,
        },
    }


def _spec(schema: Mapping[str, Any]) -> Schema:
    """Return the schema of `spec` for documents in which variables are not replaced yet."""
    required = schema.get("required", [])
    properties = {
        name: _open(field) if name in required else _optional(_open(field))
        for name, field in schema["properties"].items()
    }
    # A field that is required may come from the Stack's `defaults`, so no manifest has to set it.
    kept = {key: value for key, value in schema.items() if key not in ("$defs", "required")}
    return {"description": _SPEC, **kept, "properties": properties}


def _stack(summary: str) -> Schema:
    document = _document(STACK, summary)
    spec = {"description": _SPEC, **stack_schema.SPEC}
    document["properties"] |= {"metadata": stack_schema.METADATA, "spec": spec}
    return document


def _any(schemas: Mapping[str, Schema]) -> Schema:
    """Return one schema for documents of every kind, which chooses by the field `kind`."""
    titles = [schema["title"] for schema in schemas.values()]
    shared: Schema = {}
    branches = []
    for name, schema in schemas.items():
        shared |= schema.get("$defs", {})
        shared[name] = {k: v for k, v in schema.items() if k not in ("$schema", "$defs")}
        # With `if`, an editor reports a mistake at its field. With `oneOf` it would list every
        # kind.
        when = {"properties": {"kind": {"const": schema["title"]}}, "required": ["kind"]}
        branches.append({"if": when, "then": {"$ref": f"#/$defs/{name}"}})
    return {
        "$schema": DRAFT,
        "title": "Manifest",
        "description": "A document of any kind.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "The version of this language."},
            "kind": {
                "enum": titles,
                "description": "The kind of resource that this document declares.",
            },
        },
        "allOf": branches,
        "$defs": shared,
    }


def _open(schema: Any) -> Any:
    """Return a schema that also allows a variable for each number, boolean, choice and pattern."""
    if not isinstance(schema, dict) or "$ref" in schema:
        return schema
    opened = {key: _opened(key, value) for key, value in schema.items()}
    types = schema.get("type", [])
    scalar = not {types} - _SCALARS if isinstance(types, str) else bool(_SCALARS & {*types})
    if not (scalar or "enum" in schema or "pattern" in schema):
        return opened
    # Editors show the description of the outer schema when the cursor is on the field.
    about = {"description": opened.pop("description")} if "description" in opened else {}
    return {**about, "anyOf": [opened, _VARIABLE]}


def _opened(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _open(field) for name, field in value.items()}
    if key == "allOf":
        return [_open(item) for item in value]
    return _open(value) if key in ("items", "additionalProperties", "then", "else") else value


def _optional(schema: Schema) -> Schema:
    """Return a schema that also allows null. A field that is null counts as not set."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [*schema["type"], "null"]}
    return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}


def _text(schema: Schema) -> str:
    return json.dumps(_without_hints(schema), indent=2, ensure_ascii=False) + "\n"


def _without_hints(value: Any) -> Any:
    """Return a schema without `x-hints`: those belong to our own messages."""
    if isinstance(value, dict):
        return {key: _without_hints(item) for key, item in value.items() if key != "x-hints"}
    return [_without_hints(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    for file_name, text in generate().items():
        Path("schemas", file_name).write_text(text, encoding="utf-8")
