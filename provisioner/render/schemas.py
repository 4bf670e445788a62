"""The JSON Schemas of what this package prints: the promise to pipelines, in one place.

`generate` writes what stands in `schemas/`; a test fails when the two differ. Objects are open:
more may come without a new `format_version`, so a reader must not fail on a key it does not know.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from provisioner.model.diagnostic import Severity
from provisioner.model.outcome import Status
from provisioner.model.plan import Action, DocumentAction, Reason, Since
from provisioner.render.document import FORMAT_VERSION

Schema: TypeAlias = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generate() -> dict[str, str]:
    """File name -> text, for the folder `schemas/`."""
    return printed({"plan": plan(), "outcome": outcome()})


def printed(schemas: Mapping[str, Schema]) -> dict[str, str]:
    """Schemas by name as the texts of files."""
    return {
        f"{name}.schema.json": json.dumps(
            {"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False
        )
        + "\n"
        for name, schema in schemas.items()
    }


def plan() -> Schema:
    return {
        "title": "A plan",
        "description": "What `provisioner plan --format json` prints.",
        **object_of(
            format_version=version(),
            stack=text("The Stack's name."),
            environment=text("The environment; empty where the Stack has none."),
            target=text("The name of the target that was read and would be written."),
            host=text("Where that target is; empty where it is not known."),
            project=text("The project at that host; empty where there is none."),
            verb=text("The command that made the plan, and that a saved plan is carried out by."),
            digest=nullable("What the plan would do, as one name: for `apply --expect`."),
            summary=object_of(
                "How many changes of each action, and how many documents move.",
                **{action.word: count() for action in Action},
                documents=object_of(added=count(), changed=count(), removed=count()),
            ),
            changes=list_of(ref("change"), "In the order in which a person reads them."),
            dropped={
                "description": "By address: fields that this target cannot hold and leaves out.",
                "type": "object",
                "additionalProperties": list_of(text("A path.")),
            },
            undeclared=list_of(
                ref("undeclared"), "Values of live objects that no manifest sets and that moved."
            ),
            unshown=list_of(
                ref("unshown"), "Values that a manifest sets and that the server does not show."
            ),
            foreign=object_of(
                "What is not ours and is left alone.",
                objects=counted("Objects of others that were read, by kind."),
                documents=counted("Files of others in stores of ours, by address."),
            ),
            diagnostics=list_of(ref("diagnostic")),
            refusals=list_of(
                ref("diagnostic"), "The guards that stand against applying this plan as it is."
            ),
        ),
        "$defs": definitions(),
    }


def counted(description: str) -> Schema:
    return {"description": description, "type": "object", "additionalProperties": count()}


def definitions() -> Schema:
    """What a plan's schema refers to."""
    return {
        "address": address(),
        "reason": one_of([reason.value for reason in Reason]),
        "value": value(),
        "change": change(),
        "field": field(),
        "document": document(),
        "referrer": referrer(),
        "undeclared": undeclared(),
        "unshown": unshown(),
        "diagnostic": diagnostic(),
    }


def outcome() -> Schema:
    words = ("created", "updated", "replaced", "deleted", "failed", "skipped")
    ended = [status.value for status in Status if status is not Status.STARTED]
    return {
        "title": "An outcome",
        "description": "What `provisioner apply --format json` prints.",
        **object_of(
            format_version=version(),
            summary=object_of(**{word: count() for word in words}),
            requests={
                "description": "Requests sent, by HTTP method; retries count.",
                "type": "object",
                "additionalProperties": count(),
            },
            seconds={"type": "number", "minimum": 0},
            interrupted={"description": "Whether somebody stopped it.", "type": "boolean"},
            outcomes=list_of(
                object_of(
                    address=ref("address"),
                    action=one_of(_actions()),
                    status=one_of(ended),
                    id=nullable("The live object's id, where it has one."),
                    release={
                        "description": "The number of the release that was published; null: none.",
                        "type": ["integer", "null"],
                    },
                    error=nullable("What went wrong, in sentences; null when nothing did."),
                    seconds={"type": "number", "minimum": 0},
                )
            ),
            diagnostics=list_of(ref("diagnostic")),
        ),
        "$defs": {"address": address(), "diagnostic": diagnostic()},
    }


def change() -> Schema:
    schema = object_of(
        address=ref("address"),
        action=one_of(_actions()),
        reason=ref("reason"),
        id=nullable("The live object's id; null for one that is to be created."),
        fields=list_of(ref("field")),
        documents=list_of(ref("document"), "Documents of a store, by path."),
        referrers=list_of(ref("referrer"), "Of what is forgotten: who still refers to it."),
        accepted=list_of(text(), "Paths of undeclared values that are remembered as they are."),
        blocked=nullable("Why this change alone cannot be carried out; null where it can."),
    )
    schema["properties"]["row"] = {
        "description": "The row of the table that the resource is declared with, where there is one.",
        "type": "object",
        "additionalProperties": text(),
    }
    return schema


def referrer() -> Schema:
    return object_of(
        kind=text("Such as assistant."),
        id=text("The id of the object that refers to it."),
        name=text("What that object is called; empty where it has no name."),
        whose=text(
            "foreign, ours, forgotten, the owner that its mark names, or a release that is kept."
        ),
    )


def field() -> Schema:
    schema = object_of(
        "A field that differs. A side that does not have it has no key: null is a value.",
        path=text("Such as tools[lookup-employee].parameters.properties.id.type."),
        cause=ref("reason"),
    )
    schema["properties"] |= {"desired": ref("value"), "live": ref("value")}
    part = object_of(
        name=text("A path in the folder, or part 2 for a text of the manifest."),
        line={"description": "The line on which it begins.", "type": "integer", "minimum": 1},
        shared={"description": "How many resources it is a part of.", **count()},
    )
    schema["properties"]["parts"] = list_of(part, "What the desired text was put together of.")
    return schema


def undeclared() -> Schema:
    schema = object_of(
        "A value that no manifest sets. Without `live` it is not set any more.",
        address=ref("address"),
        path=text("Such as tools[code_interpreter]."),
        since=one_of([since.value for since in Since]),
        counts={"description": "Whether drift exits 3 for it.", "type": "boolean"},
    )
    schema["properties"] |= {"live": ref("value"), "baseline": ref("value")}
    return schema


def unshown() -> Schema:
    return object_of(
        address=ref("address"),
        path=text("Such as token_env."),
        changed={
            "description": "Whether the object was changed since our last write; null: not known.",
            "type": ["boolean", "null"],
        },
    )


def document() -> Schema:
    return object_of(
        path=text("Relative to the manifest folder."),
        action=one_of([action.value for action in DocumentAction]),
        cause=ref("reason"),
        content={"description": "Whether bytes move, not attributes alone.", "type": "boolean"},
        note=text("A remark for people; often empty."),
    )


def diagnostic() -> Schema:
    return object_of(
        code=text("The stable name of this kind of problem: docs/diagnostics.md lists them."),
        severity=one_of([severity.value for severity in Severity]),
        subject=nullable("What it is about: an address, an id, a path."),
        summary=text("The fixed sentence of the code, without any of your data."),
        detail=text(),
        position=position(),
    )


def position() -> Schema:
    at = object_of(
        file=text(),
        line={"type": "integer", "minimum": 1},
        column={"type": "integer", "minimum": 1},
    )
    return {"anyOf": [at, {"type": "null"}]}


def value() -> Schema:
    return {
        "description": 'Any JSON. {"ref": ADDRESS} stands for an id that only apply will know,'
        ' {"sensitive": true} for what nobody shows.'
    }


def address() -> Schema:
    return {
        "description": "kind.name, such as assistant.policy-qa.",
        "type": "string",
        "pattern": r"^[a-z_]+\..+$",
    }


def _actions() -> list[str]:
    return [action.word for action in Action if action is not Action.NO_OP]


def version() -> Schema:
    return {
        "description": "Goes up when a key changes its meaning or goes away.",
        "const": FORMAT_VERSION,
    }


def object_of(description: str = "", /, **properties: Schema) -> Schema:
    told = {"description": description} if description else {}
    return {**told, "type": "object", "required": list(properties), "properties": properties}


def list_of(items: Schema, description: str = "") -> Schema:
    told = {"description": description} if description else {}
    return {**told, "type": "array", "items": items}


def text(description: str = "") -> Schema:
    return {"description": description, "type": "string"} if description else {"type": "string"}


def nullable(description: str) -> Schema:
    return {"description": description, "type": ["string", "null"]}


def count() -> Schema:
    return {"type": "integer", "minimum": 0}


def one_of(words: list[str]) -> Schema:
    return {"enum": words}


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
