"""The JSON Schema of an Assistant's fields, with the platform's limits.

Alternatives are written with `if` and `then`, and not with `oneOf`. So a problem is reported at the
field that is wrong, and not as "the value fits none of several forms".
"""

from typing import Final

from provisioner.kinds.assistant_dials import (
    AGENT_DIALS,
    MODEL_DIALS,
    REQUEST_DIALS,
    TOOL_CHOICE,
)
from provisioner.kinds.assistant_tools import TOOL
from provisioner.kinds.checks_schema import CHECKS
from provisioner.kinds.shared import LIFECYCLE, METADATA, TOOL_NAME, Schema

_FILE: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "description": "A file, relative to this manifest and inside the manifest folder.",
}

_PARTS: Final[Schema] = {
    "type": "array",
    "minItems": 1,
    "description": "Parts, joined by an empty line: each has a `file` or a `text`.",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "file": _FILE,
            "variables": {
                "type": "boolean",
                "description": (
                    "If true, `${var:…}` and `${each.…}` in the file are filled in. Default false."
                ),
            },
            "text": {
                "type": "string",
                "minLength": 1,
                "description": "The text of the part. Variables in it are filled in.",
            },
        },
    },
}

_TRUNCATION: Final[Schema] = {
    "type": "object",
    "description": "The rule by which a thread that is too long is cut for a run. Default auto.",
    "required": ["type"],
    "additionalProperties": False,
    "properties": {
        "type": {
            "enum": ["auto", "last_messages", "disabled"],
            "description": (
                "`auto` drops messages from the middle to fit the context; `last_messages` keeps"
                " the last ones; `disabled` drops none, so a run that does not fit fails."
            ),
            "x-hints": {
                "none": (
                    "Use `auto`, which drops messages from the middle; `last_messages`, which keeps"
                    " the last `last_messages: N`; or, on Responses, `disabled`, which drops none, so"
                    " that a request that does not fit fails."
                )
            },
        },
        "last_messages": {
            "type": ["integer", "null"],
            "minimum": 1,
            "description": "With `type: last_messages`: the number of messages that are kept, 1 "
            "or more.",
        },
    },
}

_JSON_SCHEMA: Final[Schema] = {
    "type": "object",
    "description": (
        "The shape of the answer: the API's object, or `{file: PATH}`. The JSON file has either "
        "that object or a bare JSON Schema, which is named after the file. Fields beside `file` "
        "take precedence."
    ),
    "additionalProperties": False,
    "if": {"required": ["file"]},
    "else": {"required": ["name", "schema"]},
    "properties": {
        "file": _FILE,
        "name": {
            "type": "string",
            "pattern": TOOL_NAME,
            "description": "1 to 64 letters, digits, `_` and `-`.",
        },
        "description": {
            "type": "string",
            "description": "A description of the shape for the model.",
        },
        "schema": {
            "$ref": "#/$defs/json_schema",
            "type": "object",
            "description": "The JSON Schema.",
        },
        "strict": {
            "type": "boolean",
            "description": (
                "If true, answers must match the schema exactly. Then every property must be in "
                "`required`, and `additionalProperties` must be false. Default false."
            ),
        },
    },
}

_RESPONSE_FORMAT: Final[Schema] = {
    "type": ["string", "object"],
    "description": "The format of the answer: auto, text, a JSON object, or a JSON Schema.",
    "if": {"type": "string"},
    "then": {
        "enum": ["auto"],
        "x-hints": {
            "text": "Write `response_format: {type: text}`.",
            "json_object": "Write `response_format: {type: json_object}`.",
        },
    },
    "else": {
        "required": ["type"],
        "additionalProperties": False,
        "properties": {
            "type": {
                "enum": ["text", "json_object", "json_schema"],
                "description": "The type of answer: plain text, any JSON object, or JSON that "
                "matches a schema.",
            },
            "json_schema": _JSON_SCHEMA,
        },
    },
}

_CAP: Final = (
    "256 or more. The limit applies to the whole run, approximately; a run that reaches it ends as"
    " `incomplete`. Default: no limit. If the API has this limit only for runs, it is recorded"
    " with the assistant, and `ask` and `load` give it to each run."
)

PROPERTIES: Final[dict[str, Schema]] = {
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "description": "The live name: at most 256 characters. Default: `metadata.name`.",
    },
    "description": {
        "type": "string",
        "maxLength": 512,
        "description": "A description of the assistant's purpose: at most 512 characters.",
    },
    # Any text: accounts have models that no list has. `policy` warns of those that end.
    "model": {"type": "string", "minLength": 1, "description": "The id of the model."},
    "instructions": {
        "type": ["string", "object"],
        "maxLength": 256_000,
        "description": (
            "The system prompt: at most 256,000 characters. It is a text, `{file: PATH}` (variables"
            " in the file are not filled in), or `{parts: […]}`."
        ),
        "if": {"required": ["parts"]},
        # Exactly one of `parts` and `file`, by `maxProperties: 1` and not by a `oneOf`.
        "else": {"required": ["file"]},
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {"file": _FILE, "parts": _PARTS},
    },
    "reasoning_effort": {
        "enum": ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
        "description": "The amount of reasoning of a reasoning model. Default medium.",
    },
    **MODEL_DIALS,
    "temperature": {
        "type": "number",
        "minimum": 0,
        "maximum": 2,
        "description": "Randomness, 0 to 2. Default 1. Set this or `top_p`, not both.",
    },
    "top_p": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Nucleus sampling, 0 to 1. Default 1. Set this or `temperature`, not both.",
    },
    "tools": {
        "type": "array",
        "maxItems": 128,
        "description": "The tools that the assistant can use: at most 128.",
        "items": TOOL,
    },
    "tool_choice": TOOL_CHOICE,
    "parallel_tool_calls": {
        "type": "boolean",
        "description": "If true, the model may call several tools at once. Default true.",
    },
    "truncation_strategy": _TRUNCATION,
    "max_prompt_tokens": {
        "type": "integer",
        "minimum": 256,
        "description": f"The most prompt tokens of a run. {_CAP}",
    },
    "max_completion_tokens": {
        "type": "integer",
        "minimum": 256,
        "description": f"The most completion tokens of a run. {_CAP}",
    },
    "response_format": _RESPONSE_FORMAT,
    **REQUEST_DIALS,
    **AGENT_DIALS,
    "metadata": METADATA,
    "checks": CHECKS,
    "lifecycle": LIFECYCLE,
}

EXAMPLE: Final = {
    "name": "Policy Q&A",
    "model": "${var:model}",
    "instructions": {"file": "prompts/policy-qa.md"},
    "temperature": 0.2,
    "tools": [{"type": "file_search", "vector_store": "policy-library", "max_num_results": 8}],
    "truncation_strategy": {"type": "last_messages", "last_messages": 20},
    "max_completion_tokens": 1500,
}
