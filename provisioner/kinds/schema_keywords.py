"""Finds keys of a JSON Schema that were probably written by mistake.

Such keys are unknown, or have no value. In a YAML flow mapping a comma ends a value. So
`{description: Order number, if one is concerned.}` has two keys, the second without a value, and
half of the description is lost.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Problem
from provisioner.model.schemas import subschemas

_MAY_BE_NULL: Final = frozenset({"const", "default", "example"})
"""Keywords for which null is a sensible value."""
_KEYWORDS: Final = frozenset(
    {
        *("additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains"),
        *("contentEncoding", "contentMediaType", "contentSchema", "default", "definitions"),
        *("dependencies", "dependentRequired", "dependentSchemas", "deprecated", "description"),
        *("discriminator", "else", "enum", "example", "examples", "exclusiveMaximum"),
        *("exclusiveMinimum", "externalDocs", "format", "id", "if", "items", "maxContains"),
        *("maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems"),
        *("minLength", "minProperties", "minimum", "multipleOf", "not", "nullable", "oneOf"),
        *("pattern", "patternProperties", "prefixItems", "properties", "propertyNames"),
        *("readOnly", "required", "then", "title", "type", "unevaluatedItems"),
        *("unevaluatedProperties", "uniqueItems", "writeOnly", "xml", "strict"),
    }
)
"""Keywords of JSON Schema since draft 4, and keywords of OpenAPI that generators write."""


def schema_problems(schema: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for each key in a schema, at any depth, that is probably a mistake."""
    if isinstance(schema, Mapping):
        for word, value in schema.items():
            yield from _word(str(word), value, (*path, word))
    # Only places that hold schemas: under `properties`, `const` or `default` every key is allowed.
    for keys, inner in subschemas(schema):
        yield from schema_problems(inner, (*path, *keys))


def _word(word: str, value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for one key, if it is unknown or has no value."""
    if value is None and word not in _MAY_BE_NULL:
        # A key that is unknown or has a space is likely the second half of a text that a comma cut.
        comma = " " in word.strip() or word not in _KEYWORDS
        yield Problem(
            path,
            codes.KEYWORD_WITHOUT_VALUE,
            f"`{word}` has no value. {_COMMA if comma else 'Add a value, or remove it.'}",
            is_warning=True,
        )
    elif word not in _KEYWORDS and not word.startswith(("$", "x-")):
        near = get_close_matches(word, _KEYWORDS, n=1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        yield Problem(
            path,
            codes.UNKNOWN_KEYWORD,
            f"`{word}` is no keyword of JSON Schema, so models ignore it.{meant}",
            is_warning=True,
        )


_COMMA: Final = (
    "In braces a comma ends a value, so the text after the comma became a key. Put quotes around a "
    "text that contains a comma."
)
