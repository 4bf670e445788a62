"""The JSON Schemas of what this package prints: the promise to pipelines, in one place.

`generate` writes what stands in `schemas/`; a test fails when the two differ. Objects are open:
more may come without a new `format_version`, so a reader must not fail on a key it does not know.
"""

import json
from typing import Any, TypeAlias

from provisioner.model.diagnostic import Severity
from provisioner.model.outcome import Status
from provisioner.model.plan import Action, DocumentAction, Reason
from provisioner.render.document import FORMAT_VERSION

Schema: TypeAlias = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generate() -> dict[str, str]:
    """File name -> text, for the folder `schemas/`."""
    documents = {"plan.schema.json": _plan(), "outcome.schema.json": _outcome()}
    return {
        name: json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
        for name, schema in documents.items()
    }


def _plan() -> Schema:
    return {
        "title": "A plan",
        "description": "What `provisioner plan --format json` prints.",
        **_object(
            format_version=_version(),
            stack=_text("The Stack's name."),
            environment=_text("The environment; empty where the Stack has none."),
            target=_text("The name of the target that was read and would be written."),
            host=_text("Where that target is; empty where it is not known."),
            project=_text("The project at that host; empty where there is none."),
            summary=_object(
                "How many changes of each action, and how many documents move.",
                **{action.word: _count() for action in Action},
                documents=_object(added=_count(), changed=_count(), removed=_count()),
            ),
            changes=_list(_ref("change"), "In the order in which a person reads them."),
            dropped={
                "description": "By address: fields that this target cannot hold and leaves out.",
                "type": "object",
                "additionalProperties": _list(_text("A path.")),
            },
            diagnostics=_list(_ref("diagnostic")),
        ),
        "$defs": {
            "address": _address(),
            "reason": _one_of([reason.value for reason in Reason]),
            "value": _value(),
            "change": _change(),
            "field": _field(),
            "document": _document(),
            "diagnostic": _diagnostic(),
        },
    }


def _outcome() -> Schema:
    words = ("created", "updated", "replaced", "deleted", "failed", "skipped")
    ended = [status.value for status in Status if status is not Status.STARTED]
    return {
        "title": "An outcome",
        "description": "What `provisioner apply --format json` prints.",
        **_object(
            format_version=_version(),
            summary=_object(**{word: _count() for word in words}),
            requests={
                "description": "Requests sent, by HTTP method; retries count.",
                "type": "object",
                "additionalProperties": _count(),
            },
            seconds={"type": "number", "minimum": 0},
            interrupted={"description": "Whether somebody stopped it.", "type": "boolean"},
            outcomes=_list(
                _object(
                    address=_ref("address"),
                    action=_one_of(_actions()),
                    status=_one_of(ended),
                    id=_nullable("The live object's id, where it has one."),
                    error=_nullable("What went wrong, in sentences; null when nothing did."),
                    seconds={"type": "number", "minimum": 0},
                )
            ),
            diagnostics=_list(_ref("diagnostic")),
        ),
        "$defs": {"address": _address(), "diagnostic": _diagnostic()},
    }


def _change() -> Schema:
    return _object(
        address=_ref("address"),
        action=_one_of(_actions()),
        reason=_ref("reason"),
        id=_nullable("The live object's id; null for one that is to be created."),
        fields=_list(_ref("field")),
        documents=_list(_ref("document"), "Documents of a store, by path."),
    )


def _field() -> Schema:
    schema = _object(
        "A field that differs. A side that does not have it has no key: null is a value.",
        path=_text("Such as tools[lookup-employee].parameters.properties.id.type."),
        cause=_ref("reason"),
    )
    schema["properties"] |= {"desired": _ref("value"), "live": _ref("value")}
    return schema


def _document() -> Schema:
    return _object(
        path=_text("Relative to the manifest folder."),
        action=_one_of([action.value for action in DocumentAction]),
        cause=_ref("reason"),
        content={"description": "Whether bytes move, not attributes alone.", "type": "boolean"},
        note=_text("A remark for people; often empty."),
    )


def _diagnostic() -> Schema:
    position = _object(
        file=_text(),
        line={"type": "integer", "minimum": 1},
        column={"type": "integer", "minimum": 1},
    )
    return _object(
        severity=_one_of([severity.value for severity in Severity]),
        summary=_text(),
        detail=_text(),
        position={"anyOf": [position, {"type": "null"}]},
    )


def _value() -> Schema:
    return {
        "description": 'Any JSON. {"ref": ADDRESS} stands for an id that only apply will know,'
        ' {"sensitive": true} for what nobody shows.'
    }


def _address() -> Schema:
    return {
        "description": "kind.name, such as assistant.policy-qa.",
        "type": "string",
        "pattern": r"^[a-z_]+\..+$",
    }


def _actions() -> list[str]:
    return [action.word for action in Action if action is not Action.NO_OP]


def _version() -> Schema:
    return {
        "description": "Goes up when a key changes its meaning or goes away.",
        "const": FORMAT_VERSION,
    }


def _object(description: str = "", /, **properties: Schema) -> Schema:
    told = {"description": description} if description else {}
    return {**told, "type": "object", "required": list(properties), "properties": properties}


def _list(items: Schema, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {**told, "type": "array", "items": items}


def _text(description: str = "") -> Schema:
    return {"description": description, "type": "string"} if description else {"type": "string"}


def _nullable(description: str) -> Schema:
    return {"description": description, "type": ["string", "null"]}


def _count() -> Schema:
    return {"type": "integer", "minimum": 0}


def _one_of(words: list[str]) -> Schema:
    return {"enum": words}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
