"""The JSON Schema of what `migrate --format json` prints."""

from provisioner.model.kind import Level
from provisioner.model.migration import Fate, Meaning, Verdict
from provisioner.render.schemas import (
    Schema,
    count,
    definitions,
    list_of,
    nullable,
    object_of,
    one_of,
    outcome,
    plan,
    position,
    printed,
    ref,
    text,
    version,
)

STATES = ("planned", "done", "nothing to do", "refused", "declined", "failed", "interrupted")


def generate() -> dict[str, str]:
    """File name -> text, for the folder `schemas/`."""
    return printed({"migration": _migration()})


def _migration() -> Schema:
    return {
        "title": "A migration",
        "description": "What `provisioner migrate --format json` prints.",
        **object_of(
            format_version=version(),
            stack=text("The Stack's name."),
            environment=text("The environment; empty where the Stack has none."),
            **{"from": _side("The target that is left."), "to": _side("The one to be lived on.")},
            verdict=one_of([verdict.value for verdict in Verdict]),
            summary=object_of("How many assistants.", **{v.value: count() for v in Verdict}),
            assistants=list_of(_assistant()),
            resources=list_of(_resource(), "Everything else that moves."),
            drop=list_of(text(), "What `drop:` of the new target says."),
            drop_to_add=list_of(text(), "What it would have to say as well."),
            move={"anyOf": [ref("move"), {"type": "null"}]},
        ),
        "$defs": {
            **definitions(),
            "plan": _inner(plan()),
            "outcome": _inner(outcome()),
            "move": _move(),
        },
    }


def _inner(schema: Schema) -> Schema:
    """A document of its own, as a part of this one: what it refers to stands here already."""
    return {key: value for key, value in schema.items() if key != "$defs"}


def _side(description: str) -> Schema:
    names = dict.fromkeys(("target", "runtime", "host", "project"), text())
    return object_of(description, **names)


def _assistant() -> Schema:
    return object_of(
        address=ref("address"),
        verdict=one_of([verdict.value for verdict in Verdict]),
        summary=object_of("How many fields.", **{m.value: count() for m in Meaning}),
        fields=list_of(_field(), "Every field, tool and option that it uses."),
        refers_to=list_of(ref("address")),
        position=position(),
    )


def _field() -> Schema:
    word = object_of(level=one_of([level.value for level in Level]), note=text())
    return object_of(
        path=text("A diff path, such as tools[lookup-order].strict."),
        becomes=one_of([meaning.value for meaning in Meaning]),
        **{"from": word, "to": word},
        name=nullable("What the API over there calls it, where that is another name."),
        note=text("What is to be known of it there; often empty."),
        had={"description": "False where it was left out until now.", "type": "boolean"},
        blocks={"description": "Whether nobody agreed to lose it.", "type": "boolean"},
        drop=nullable("The entry of `drop:` that would agree."),
        position=position(),
    )


def _resource() -> Schema:
    return object_of(
        address=ref("address"),
        becomes=one_of([fate.value for fate in Fate]),
        documents=count(),
        blocks={"type": "boolean"},
        drop=nullable("The entry of `drop:` that would agree to lose it."),
        position=position(),
    )


def _move() -> Schema:
    stays = object_of(address=ref("address"), id=text(), why=text(), later={"type": "boolean"})
    ids = {"from": nullable("Its id on the side that is left."), "to": nullable("Its new id.")}
    return object_of(
        "Only with --apply or --out.",
        state=one_of(list(STATES)),
        plan=ref("plan"),
        retire=ref("plan"),
        drift=ref("plan"),
        applied=ref("outcome"),
        verified={"type": "boolean"},
        retired={"anyOf": [ref("outcome"), {"type": "null"}]},
        stays=list_of(stays, "What could have gone and does not; `later`: a later run deletes it."),
        ids={"type": "object", "additionalProperties": object_of(**ids)},
        diagnostics=list_of(ref("diagnostic")),
    )
