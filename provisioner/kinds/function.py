"""The kind Function: a function of the application that a model may call.

It has no live object. Each assistant that refers to it contains a copy of it.
"""

from collections.abc import Iterable

from provisioner.kinds.shared import FUNCTION, JSON_SCHEMA, parameters_problems
from provisioner.model.kind import Kind, Problem
from provisioner.model.value import Spec


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of a function that the schema cannot express."""
    return parameters_problems(spec, ())


KIND = Kind(
    name="function",
    title="Function",
    summary=(
        "A function tool that several assistants share. It has no live object: each assistant "
        "that refers to it contains a copy. `metadata.name` is the function's name."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": dict(FUNCTION),
        "$defs": {"json_schema": JSON_SCHEMA},
        "x-hints": {
            "name": "A function is named by `metadata.name`.",
            "lifecycle": "A Function has no live object, so there is nothing to protect.",
        },
        "examples": [
            {
                "description": "Look up an employee by id.",
                "parameters": {
                    "type": "object",
                    "properties": {"id": {"type": "string"}},
                    "required": ["id"],
                },
            }
        ],
    },
    check=check,
    split=frozenset(),
    contents={"parameters": "json"},
    inlined=True,
    repeats=True,
)
