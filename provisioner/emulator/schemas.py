"""The shape of every request body, as JSON Schema: limits, closed objects, closed sets.

Bounds are the platform's. Whatever a schema cannot say (two fields that exclude each other, a
reference that must exist) stands with the resource.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NAME_PATTERN = "^[a-zA-Z0-9_-]+$"
EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]


def text(longest: int | None = None, *, shortest: int | None = None) -> Schema:
    bounds = {"minLength": shortest, "maxLength": longest}
    return {"type": "string"} | {key: value for key, value in bounds.items() if value is not None}


def number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def integer(low: int, high: int | None = None) -> Schema:
    return {"type": "integer", "minimum": low} | ({} if high is None else {"maximum": high})


def items(schema: Schema, most: int | None = None, least: int | None = None) -> Schema:
    bounds = {"minItems": least, "maxItems": most}
    given = {key: value for key, value in bounds.items() if value is not None}
    return {"type": "array", **given, "items": schema}


def closed(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def null(schema: Schema) -> Schema:
    """The same, or null."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    either = schema | {"type": [*kinds, "null"]}
    if "enum" in schema:
        either["enum"] = [*schema["enum"], None]
    return either


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def tagged(variants: dict[str, Schema]) -> Schema:
    """An object whose `type` says which of the variants it is; errors keep their path."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": one_of(*variants)},
        "allOf": [
            {"if": {"required": ["type"], "properties": {"type": {"const": name}}}, "then": schema}
            for name, schema in variants.items()
        ],
    }


def word_or(words: list[str], schema: Schema) -> Schema:
    """One of some words, or an object."""
    return {
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": {"enum": words},
        "else": {"if": {"type": "object"}, "then": schema},
    }


ANY_OBJECT: Schema = {"type": "object"}
IDS = items(text())
METADATA = null(
    {
        "type": "object",
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"type": "string", "maxLength": 512},
    }
)
ATTRIBUTES = null(
    {
        "type": "object",
        "maxProperties": 16,
        "propertyNames": {"maxLength": 64},
        "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 512},
    }
)

TYPE_ONLY = closed({"type": {}})
CHUNKING = tagged(
    {
        "auto": TYPE_ONLY,
        "static": closed(
            {
                "type": {},
                "static": closed(
                    {
                        "max_chunk_size_tokens": integer(100, 4096),
                        "chunk_overlap_tokens": integer(0),
                    },
                    "max_chunk_size_tokens",
                    "chunk_overlap_tokens",
                ),
            },
            "static",
        ),
    }
)

FUNCTION = closed(
    {
        "name": text(64, shortest=1) | {"pattern": NAME_PATTERN},
        "description": text(),
        "parameters": ANY_OBJECT,
        "strict": null({"type": "boolean"}),
    },
    "name",
)
FILE_SEARCH = closed(
    {
        "max_num_results": integer(1, 50),
        "ranking_options": closed(
            {
                "score_threshold": number(0, 1),
                "ranker": one_of("auto", "default_2024_08_21"),
            },
            "score_threshold",
        ),
    }
)
TOOL = tagged(
    {
        "code_interpreter": TYPE_ONLY,
        "file_search": closed({"type": {}, "file_search": FILE_SEARCH}),
        "function": closed({"type": {}, "function": FUNCTION}, "function"),
    }
)

RESPONSE_FORMAT = null(
    word_or(
        ["auto"],
        tagged(
            {
                "text": TYPE_ONLY,
                "json_object": TYPE_ONLY,
                "json_schema": closed(
                    {
                        "type": {},
                        "json_schema": closed(
                            {
                                "name": text(64, shortest=1) | {"pattern": NAME_PATTERN},
                                "description": text(),
                                "schema": ANY_OBJECT,
                                "strict": null({"type": "boolean"}),
                            },
                            "name",
                        ),
                    },
                    "json_schema",
                ),
            }
        ),
    )
)

NEW_STORE = closed({"file_ids": IDS, "chunking_strategy": CHUNKING, "metadata": METADATA})
CODE_FILES = closed({"file_ids": items(text(), 20)})
STORE_IDS = items(text(), 1)
TOOL_RESOURCES_UPDATE = null(
    closed({"code_interpreter": CODE_FILES, "file_search": closed({"vector_store_ids": STORE_IDS})})
)
TOOL_RESOURCES_CREATE = null(
    closed(
        {
            "code_interpreter": CODE_FILES,
            "file_search": closed(
                {"vector_store_ids": STORE_IDS, "vector_stores": items(NEW_STORE, 1)}
            ),
        }
    )
)

SAMPLING: Schema = {
    "temperature": null(number(0, 2)),
    "top_p": null(number(0, 1)),
    "reasoning_effort": null(one_of(*EFFORTS)),
    "response_format": RESPONSE_FORMAT,
}
INSTRUCTIONS = null(text(256_000))
ASSISTANT: Schema = {
    "model": text(shortest=1),
    "name": null(text(256)),
    "description": null(text(512)),
    "instructions": INSTRUCTIONS,
    "tools": items(TOOL, 128),
    "metadata": METADATA,
    **SAMPLING,
}

IMAGE_DETAIL = one_of("auto", "low", "high")
CONTENT_PART = tagged(
    {
        "text": closed({"type": {}, "text": text(256_000)}, "text"),
        "image_file": closed(
            {
                "type": {},
                "image_file": closed({"file_id": text(), "detail": IMAGE_DETAIL}, "file_id"),
            },
            "image_file",
        ),
        "image_url": closed(
            {"type": {}, "image_url": closed({"url": text(), "detail": IMAGE_DETAIL}, "url")},
            "image_url",
        ),
    }
)
MESSAGE = closed(
    {
        "role": one_of("user", "assistant"),
        "content": {
            "type": ["string", "array"],
            "if": {"type": "string"},
            "then": {"minLength": 1, "maxLength": 256_000},
            "else": {"if": {"type": "array"}, "then": items(CONTENT_PART, least=1)},
        },
        "attachments": null(
            items(
                closed(
                    {
                        "file_id": text(),
                        "tools": items(
                            tagged({"code_interpreter": TYPE_ONLY, "file_search": TYPE_ONLY})
                        ),
                    },
                    "file_id",
                )
            )
        ),
        "metadata": METADATA,
    },
    "role",
    "content",
)
THREAD = closed(
    {
        "messages": items(MESSAGE),
        "metadata": METADATA,
        "tool_resources": TOOL_RESOURCES_CREATE,
    }
)

TOOL_CHOICE = null(
    word_or(
        ["none", "auto", "required"],
        tagged(
            {
                "function": closed(
                    {"type": {}, "function": closed({"name": text()}, "name")}, "function"
                ),
                "code_interpreter": TYPE_ONLY,
                "file_search": TYPE_ONLY,
            }
        ),
    )
)
RUN: Schema = {
    "assistant_id": text(shortest=1),
    "model": null(text(shortest=1)),
    "instructions": INSTRUCTIONS,
    "tools": null(items(TOOL, 20)),
    "metadata": METADATA,
    "max_prompt_tokens": null(integer(256)),
    "max_completion_tokens": null(integer(256)),
    "truncation_strategy": null(
        closed(
            {
                "type": one_of("auto", "last_messages"),
                "last_messages": null(integer(1)),
            },
            "type",
        )
    ),
    "tool_choice": TOOL_CHOICE,
    "parallel_tool_calls": {"type": "boolean"},
    "stream": null({"type": "boolean"}),
    **SAMPLING,
}

EXPIRES_AFTER = closed(
    {"anchor": one_of("last_active_at"), "days": integer(1, 365)}, "anchor", "days"
)
BATCH_FILE = closed(
    {"file_id": text(), "attributes": ATTRIBUTES, "chunking_strategy": CHUNKING}, "file_id"
)
COMPARISON = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
FILTER: Schema = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": one_of(*COMPARISON, "and", "or")},
    "if": {"properties": {"type": {"enum": COMPARISON}}},
    "then": closed({"type": {}, "key": text(), "value": {}}, "key", "value"),
    "else": closed({"type": {}, "filters": items({"$ref": "#/$defs/filter"}, least=1)}, "filters"),
}

BODIES: dict[str, Schema] = {
    "assistant.create": closed(ASSISTANT | {"tool_resources": TOOL_RESOURCES_CREATE}, "model"),
    "assistant.update": closed(ASSISTANT | {"tool_resources": TOOL_RESOURCES_UPDATE}),
    "thread.create": THREAD,
    "thread.update": closed({"metadata": METADATA, "tool_resources": TOOL_RESOURCES_UPDATE}),
    "message.create": MESSAGE,
    "metadata": closed({"metadata": METADATA}),
    "run.create": closed(
        RUN
        | {
            "additional_instructions": null(text()),
            "additional_messages": null(items(MESSAGE)),
        },
        "assistant_id",
    ),
    "thread_and_run.create": closed(
        RUN | {"thread": THREAD, "tool_resources": TOOL_RESOURCES_UPDATE}, "assistant_id"
    ),
    "run.outputs": closed(
        {
            "tool_outputs": items(closed({"tool_call_id": text(), "output": text(512 * 1024)})),
            "stream": null({"type": "boolean"}),
        },
        "tool_outputs",
    ),
    "vector_store.create": closed(
        {
            "name": null(text()),
            "description": null(text()),
            "file_ids": items(text(), 500),
            "chunking_strategy": CHUNKING,
            "expires_after": null(EXPIRES_AFTER),
            "metadata": METADATA,
        }
    ),
    "vector_store.update": closed(
        {"name": null(text()), "expires_after": null(EXPIRES_AFTER), "metadata": METADATA}
    ),
    "vector_store.search": closed(
        {
            "query": {"type": ["string", "array"], "items": text()},
            "filters": {"$ref": "#/$defs/filter"},
            "max_num_results": integer(1, 50),
            "ranking_options": closed(
                {
                    "ranker": one_of("none", "auto", "default-2024-11-15"),
                    "score_threshold": number(0, 1),
                }
            ),
            "rewrite_query": {"type": "boolean"},
        },
        "query",
    )
    | {"$defs": {"filter": FILTER}},
    "vector_store_file.create": BATCH_FILE,
    "vector_store_file.update": closed({"attributes": ATTRIBUTES}, "attributes"),
    "file_batch.create": closed(
        {
            "file_ids": items(text(), 2000, 1),
            "files": items(BATCH_FILE, 2000, 1),
            "attributes": ATTRIBUTES,
            "chunking_strategy": CHUNKING,
        }
    ),
}
