"""The JSON Schema of a search in vector stores: its ranking, and filters by attributes."""

from typing import Final

from provisioner.kinds.shared import Schema, choice, number, object_, text

RANKING: Final[Schema] = object_(
    "The ranking of search results, and the score below which they are left out.",
    ("score_threshold",),
    score_threshold={
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "The lowest score that a result may have: 0 to 1.",
    },
    ranker=choice(
        "The ranker of the results. Default auto.",
        *("auto", "default_2024_08_21", "default-2024-11-15"),
    ),
    hybrid_search=object_(
        "The weights of meaning and wording when the results of both searches are merged.",
        ("embedding_weight", "text_weight"),
        embedding_weight=number("The weight of meaning."),
        text_weight=number("The weight of wording."),
    ),
)

FILTERS: Final[Schema] = {
    "type": "object",
    "description": (
        "A filter of the searched documents by their attributes: one comparison (`{type: eq, "
        "key: audience, value: staff}`), or several under `{type: and, filters: […]}`."
    ),
    "required": ["type"],
    "additionalProperties": False,
    "properties": {
        "type": choice(
            "The operator of the comparison, or `and` or `or` for several comparisons.",
            *("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "and", "or"),
        ),
        "key": text("The attribute to compare."),
        "value": {
            "type": ["string", "number", "boolean", "array"],
            "description": "The value to compare it with. `in` and `nin` take a list.",
        },
        "filters": {
            "type": "array",
            "description": "With `and` or `or`: the comparisons, which may have `filters` of "
            "their own.",
            "items": {"type": "object"},
        },
    },
}
