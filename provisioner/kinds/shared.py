"""Schemas and checks that several kinds use.

The keyword `x-hints` is our own. It maps a wrong field or value that users often write to the
sentence that the message then contains. It is removed from the schemas for editors.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from provisioner.kinds.schema_keywords import schema_problems
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Problem

Schema: TypeAlias = dict[str, Any]

MARK_KEYS: Final = 4
"""The number of metadata keys that are reserved for a mark. No mark needs more."""
METADATA_KEYS: Final = 16 - MARK_KEYS
"""The metadata keys that are left for a manifest, of the API's 16."""
TOOL_NAME: Final = "^[A-Za-z0-9_-]{1,64}$"
"""The pattern of names of functions, custom tools and MCP servers."""
RESERVED: Final = (
    "Keys that begin with `provisioner.` are reserved for the mark, which records the owner."
)
"""The message for a metadata key that only a mark may have."""

ENV_NAME: Final = "^[A-Za-z_][A-Za-z0-9_]*$"
"""The pattern of names of environment variables."""


def text(description: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": description}


def texts(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def choice(description: str, *values: str) -> Schema:
    return {"enum": list(values), "description": description}


def boolean(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def number(description: str, type: str = "number") -> Schema:
    return {"type": type, "description": description}


def object_(description: str, required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return the schema of an object that allows no other properties."""
    return {
        "type": "object",
        "description": description,
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


SECRET_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"}
)
"""Headers whose value always counts as a secret."""
LONGEST_NAME: Final = 256
"""The most bytes of a live name in UTF-8: a limit of the Agents API."""


def name_problems(spec: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of a live name that the schema cannot express."""
    name = str(spec.get("name") or "x")
    # A stored name without its spaces would differ from the manifest in every later plan.
    if name != name.strip():
        detail = "Remove the spaces at the ends of the name: the API does not store them."
        yield Problem(("name",), codes.SPACE_AROUND_NAME, detail)
    elif len(name.encode()) > LONGEST_NAME:
        detail = (
            f"The name has {len(name.encode())} bytes in UTF-8, at most {LONGEST_NAME} are allowed."
        )
        yield Problem(("name",), codes.NAME_TOO_LONG, detail)


METADATA: Final[Schema] = {
    "type": "object",
    "description": (
        "Metadata of your own, text to text: at most 12 keys of 64 characters, values of 512. "
        "The API allows 16 keys; the other 4 are for the mark, which records the owner. null "
        "removes a key of the defaults."
    ),
    "maxProperties": METADATA_KEYS,
    "propertyNames": {"minLength": 1, "maxLength": 64, "not": {"pattern": r"^provisioner\."}},
    # The layers remove a null before anything is sent.
    "additionalProperties": {"type": ["string", "null"], "maxLength": 512},
}

ATTRIBUTES: Final[Schema] = {
    "type": "object",
    "description": (
        "Attributes by which searches can filter: at most 12 keys of 64 characters; values are"
        " texts of 512 characters, numbers, true or false. The API allows 16 keys; the other 4"
        " record the document's owner and source."
    ),
    "maxProperties": METADATA_KEYS,
    "propertyNames": {"minLength": 1, "maxLength": 64, "not": {"pattern": r"^provisioner\."}},
    "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 512},
}

LIFECYCLE: Final[Schema] = {
    "type": "object",
    "description": "Rules for changing and deleting the live object.",
    "additionalProperties": False,
    "properties": {
        "prevent_destroy": {
            "type": "boolean",
            "description": (
                "If true, every plan that would delete or replace the live object is refused, "
                "even after its manifest is removed. Default false."
            ),
        },
        "ignore_changes": {
            "type": "array",
            "description": (
                "Paths, as plans print them (`temperature`, `metadata.owner`), whose live "
                "values are left unchanged."
            ),
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
        },
    },
}

_TYPES: Final = ["array", "boolean", "integer", "null", "number", "object", "string"]
_SUBSCHEMA: Final[Schema] = {"$ref": "#/$defs/json_schema"}


def _schemas(description: str, shape: str) -> Schema:
    """Return the schema of a list of JSON Schemas, or of JSON Schemas by name.

    `shape` is `array` for a list, and `object` for schemas by name.
    """
    of = {"items": _SUBSCHEMA} if shape == "array" else {"additionalProperties": _SUBSCHEMA}
    return {"type": shape, "description": description, **of}


JSON_SCHEMA: Final[Schema] = {
    "description": "A JSON Schema.",
    "type": ["object", "boolean"],
    "properties": {
        "type": {
            "type": ["string", "array"],
            "description": "The JSON type, or a list of them.",
            "if": {"type": "string"},
            "then": {"enum": _TYPES},
            "else": {"items": {"enum": _TYPES}},
        },
        "description": {
            "type": "string",
            "description": "A description of this value for the model.",
        },
        "enum": {"type": "array", "description": "The only values allowed."},
        "required": {
            "type": "array",
            "description": "Names of the required properties.",
            "items": {"type": "string"},
        },
        "properties": _schemas("A schema for each property.", "object"),
        "additionalProperties": {
            **_SUBSCHEMA,
            "description": "`false` allows no other properties; a schema restricts their values.",
        },
        "items": {**_SUBSCHEMA, "description": "The schema of an array's items."},
        "anyOf": _schemas("At least one of these schemas must fit.", "array"),
        "$defs": _schemas("Schemas that `$ref` names.", "object"),
    },
}
"""The part of JSON Schema's meta-schema in which mistakes are common. The API checks the rest."""

CALLERS: Final[Schema] = {
    "type": "array",
    "description": (
        "The callers: the model itself (`direct`), or code that the model writes "
        "(`programmatic`). Default: direct."
    ),
    "uniqueItems": True,
    "items": {"enum": ["direct", "programmatic"]},
}

CALLING: Final[Mapping[str, Schema]] = {
    "defer_loading": boolean("If true, the tool is found only by `tool_search`. Default false."),
    "async": boolean("If true, the model may go on before the answer arrives. Default false."),
    "allowed_callers": CALLERS,
}
"""Fields that say how a tool is found and called, for tools whose calls the application answers."""

FUNCTION: Final[Mapping[str, Schema]] = {
    "description": {
        "type": "string",
        "description": "A description of the function, by which the model decides when to call it.",
    },
    "parameters": {
        **_SUBSCHEMA,
        "type": "object",
        "description": (
            "The arguments, as a JSON Schema of type object, or `{file: PATH}` for a JSON file "
            "beside the manifest. Without it the function has no arguments."
        ),
    },
    "strict": {
        "type": "boolean",
        "description": (
            "If true, arguments must match `parameters` exactly. Then every property must be in "
            "`required`, and `additionalProperties` must be false. Default false."
        ),
    },
    "output_schema": {
        **_SUBSCHEMA,
        "type": "object",
        "description": "The JSON Schema of the answer, for code that calls the function.",
    },
    **CALLING,
}


def parameters_problems(function: Mapping[str, Any], path: tuple[str | int, ...]) -> list[Problem]:
    """Return the problems of a function's schemas. `path` is the path of the function."""
    answer = [*schema_problems(function.get("output_schema"), (*path, "output_schema"))]
    parameters = function.get("parameters")
    if not isinstance(parameters, Mapping):
        return answer
    here = (*path, "parameters")
    words = [*answer, *schema_problems(parameters, here)]
    # Without an object at the top, the rules of strict mode would only repeat this mistake.
    if parameters and parameters.get("type") != "object":
        return [
            *words,
            Problem(
                here,
                codes.PARAMETERS_NOT_OBJECT,
                "The arguments of a function are one JSON object. Write `type: object`, and put"
                " each argument into `properties`.",
            ),
        ]
    strict = strict_problems(parameters, here) if function.get("strict") is True else ()
    return [*words, *strict]


def strict_problems(schema: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for each broken rule of `strict: true`, for which the API would answer 400."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from strict_problems(item, (*path, index))
        return
    if not isinstance(schema, Mapping):
        return
    yield from _strict_object(schema, path)
    # Only keywords that strict mode allows. The API refuses the others by itself.
    for key in ("items", "anyOf"):
        yield from strict_problems(schema.get(key), (*path, key))
    for key in ("properties", "$defs"):
        inner = schema.get(key)
        for name, item in inner.items() if isinstance(inner, Mapping) else ():
            yield from strict_problems(item, (*path, key, name))


def _strict_object(schema: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield the problems of one object of a strict schema."""
    properties = schema.get("properties")
    if schema.get("type") != "object" and not isinstance(properties, Mapping):
        return
    if schema.get("additionalProperties") is not False:
        yield Problem(
            path,
            codes.STRICT_NOT_CLOSED,
            "With `strict: true` every object needs `additionalProperties: false`.",
        )
    required = schema.get("required")
    listed = required if isinstance(required, list) else []
    missing = [name for name in properties or () if name not in listed]
    if missing:
        yield Problem(
            path,
            codes.STRICT_NOT_REQUIRED,
            f"With `strict: true` every property must be in `required`. Missing: "
            f"{', '.join(missing)}. Make a property optional with `type: [string, 'null']`.",
        )
