"""The JSON Schema of an assistant's `checks`: the questions that `provisioner test` asks."""

from typing import Any, Final

_EXPECTATIONS: Final[dict[str, dict[str, Any]]] = {
    "contains": {
        "type": "string",
        "minLength": 1,
        "description": "A text that the answer must contain, in the same upper and lower case.",
    },
    "lacks": {
        "type": "string",
        "minLength": 1,
        "description": "A text that the answer must not contain.",
    },
    "matches": {
        "type": "string",
        "minLength": 1,
        "description": "A Python regular expression that must match a part of the answer.",
    },
    "schema": {
        "type": "object",
        "description": "A JSON Schema that the answer, as JSON, must satisfy; or `{file: PATH}`.",
    },
    "calls": {
        "type": "object",
        "description": "A function that the assistant must call, with at least these arguments.",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "description": "The function's name.",
            },
            "arguments": {
                "type": "object",
                "description": "Arguments that the call must have; it may have others.",
            },
        },
    },
    "cites": {
        "type": "string",
        "minLength": 1,
        "description": "The name, or the end of the path, of a document that the answer must cite.",
    },
    "max_tokens": {
        "type": "integer",
        "minimum": 1,
        "description": "The most tokens that one run may use, prompt and completion together.",
    },
    "max_seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "The most seconds that one answer may take.",
    },
    # Off by default, because whoever can change a manifest could otherwise run anything.
    "command": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string"},
        "description": "A program that checks the answer: it reads the answer as JSON from standard"
        " input, and exits with code 0 if the answer is right. It runs only with `provisioner test"
        " --allow-commands`.",
    },
}

CHECKS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": 100,
    "description": "Questions that `provisioner test` asks a candidate and the live assistant, with"
    " conditions for each answer. They are no part of the live assistant.",
    "items": {
        "type": "object",
        "required": ["name", "question", "expect"],
        "additionalProperties": False,
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 100,
                "description": "The name of the check in reports. No two checks may have the same name.",
            },
            "question": {"type": "string", "minLength": 1, "description": "The question."},
            "repeats": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "description": "The number of times that the question is asked. Every answer must "
                "satisfy the conditions. Default 1.",
            },
            # A list, so that an answer can have two conditions of one sort, such as two `contains`.
            "expect": {
                "type": "array",
                "minItems": 1,
                "description": "The conditions for each answer. Each has exactly one key.",
                "items": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                    "properties": _EXPECTATIONS,
                },
            },
            "tool_outputs": {
                "type": "object",
                "description": "The output of each function during the check, as JSON, by its name.",
            },
        },
    },
}
