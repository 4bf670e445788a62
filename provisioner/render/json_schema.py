"""Derive JSON Schemas from the types that `render.output` declares.

Objects are open: a later version may add keys under the same `format_version`, so a reader must
ignore keys that it does not know.
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


@frozen
class Ref:
    """The name of an annotated type in `$defs`, which other places refer to.

    Annotations before the name belong to the definition. Those after it belong to the place that
    refers to it.
    """

    name: str


@frozen
class Keys:
    """The keys of an annotated mapping, each with the type of its value. All are required."""

    types: Mapping[str, Any]


def one_of(words: Iterable[str]) -> Schema:
    """Return the schema keyword that allows exactly these texts."""
    return {"enum": [str(word) for word in words]}


def schema_of(document: type) -> Schema:
    """Return the whole JSON Schema of a document, which is declared as a `TypedDict`.

    The first paragraph of the docstring is the description, and the text before its first comma
    the title.
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
        """Return the schema of one type."""
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
        if origin in (list, Sequence):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        schemas = [self.of(one) for one in arguments]
        if all(schema.keys() == {"type"} for schema in schemas):
            return {"type": [schema["type"] for schema in schemas]}
        return {"anyOf": schemas}

    def _annotated(self, type_: Any, words: Sequence[Any]) -> Schema:
        """Return the schema of a type, changed by each annotation in turn."""
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
        types = get_type_hints(document, include_extras=True)
        schema = self._of_keys(types)
        schema["required"] = [key for key in types if key in document.__required_keys__]
        # A class without a docstring inherits the one of `dict`.
        about = document.__doc__ if document.__doc__ != dict.__doc__ else None
        return {"description": cleandoc(about).partition("\n\n")[0], **schema} if about else schema

    def _of_keys(self, types: Mapping[str, Any]) -> Schema:
        properties = {key: self.of(type_) for key, type_ in types.items()}
        return {"type": "object", "required": [*types], "properties": properties}
