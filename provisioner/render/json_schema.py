"""Derive JSON Schemas from the types of documents that `render.output` declares.

The schemas allow unknown keys: a later version may add keys under the same `format_version`, so a
reader must ignore keys that it does not know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import cleandoc
from types import NoneType
from typing import (
    Annotated,
    Any,
    Final,
    NotRequired,
    TypeAlias,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from provisioner.model.frozen import frozen

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: Final[Mapping[Any, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    NoneType: "null",
}
"""The JSON type of each Python type."""


@frozen
class Ref:
    """An annotation that names a type in `$defs`, so that other places refer to it.

    Annotations before it belong to the definition, and those after it to the place that refers to
    it.
    """

    name: str


@frozen
class Keys:
    """An annotation with the keys of a mapping and the type of each value. All keys are required."""

    types: Mapping[str, Any]


def one_of(words: Iterable[str]) -> Schema:
    """Return the schema keyword that allows exactly these texts."""
    return {"enum": [str(word) for word in words]}


def schema_of(document: type) -> Schema:
    """Return the JSON Schema of a document that is declared as a `TypedDict`.

    The first paragraph of its docstring is the description. The text before the first comma is the
    title.
    """
    derivation = _Derivation()
    body = derivation.of(document)
    description = body.pop("description")
    title = description.partition(",")[0]
    head = {"$schema": DIALECT, "title": title, "description": description}
    return {**head, **body, "$defs": dict(sorted(derivation.definitions.items()))}


@dataclass(slots=True)
class _Derivation:
    """Derives one schema, and collects the definitions that it refers to."""

    definitions: dict[str, Schema] = field(default_factory=dict)

    def of(self, type_: Any) -> Schema:
        """Return the schema of a type."""
        origin, arguments = get_origin(type_), get_args(type_)
        if origin is Annotated:
            return self._annotated(arguments[0], type_.__metadata__)
        if origin is NotRequired:
            return self.of(arguments[0])
        if is_typeddict(type_):
            return self._object(type_)
        if arguments:
            return self._composite(origin, arguments)
        return {} if type_ is Any else {"type": _SCALARS[type_]}

    def _composite(self, origin: Any, arguments: Sequence[Any]) -> Schema:
        """Return the schema of a list, a mapping or a union."""
        if origin in (list, Sequence):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        schemas = [self.of(one) for one in arguments]
        if all(schema.keys() == {"type"} for schema in schemas):
            return {"type": [schema["type"] for schema in schemas]}
        return {"anyOf": schemas}

    def _annotated(self, type_: Any, words: Sequence[Any]) -> Schema:
        """Return the schema of a type, changed by each of its annotations in turn."""
        # `Keys` takes the place of the type, which says only that some mapping is there.
        keys = [self._of_keys(word.types) for word in words if isinstance(word, Keys)]
        schema = keys[0] if keys else self.of(type_)
        for word in words:
            if isinstance(word, str):
                schema = {"description": word, **schema}
            elif isinstance(word, Mapping):
                # A schema that lists its values needs no type.
                schema = {**({} if word.keys() & {"enum", "const"} else schema), **word}
            elif isinstance(word, Ref):
                self.definitions[word.name] = schema
                schema = {"$ref": f"#/$defs/{word.name}"}
        return schema

    def _object(self, document: Any) -> Schema:
        """Return the schema of a `TypedDict`."""
        types = get_type_hints(document, include_extras=True)
        schema = self._of_keys(types)
        schema["required"] = [key for key in types if key in document.__required_keys__]
        # A class without a docstring inherits the one of `dict`.
        about = document.__doc__ if document.__doc__ != dict.__doc__ else None
        return {"description": cleandoc(about).partition("\n\n")[0], **schema} if about else schema

    def _of_keys(self, types: Mapping[str, Any]) -> Schema:
        """Return the schema of an object with these keys, all required."""
        properties = {key: self.of(type_) for key, type_ in types.items()}
        return {"type": "object", "required": [*types], "properties": properties}
