"""The JSON Schema of an assistant's `checks`, which `provisioner test` asks."""

from typing import Any, Final

_EXPECTATIONS: Final[dict[str, dict[str, Any]]] = {
    "contains": {
        "type": "string",
        "minLength": 1,
        "description": "A text that the answer contains; upper and lower case count.",
    },
    "lacks": {
        "type": "string",
        "minLength": 1,
        "description": "A text that the answer does not contain.",
    },
    "matches": {
        "type": "string",
        "minLength": 1,
        "description": "A Python regular expression that is found in the answer.",
    },
    "schema": {
        "type": "object",
        "description": "A JSON Schema that the answer, read as JSON, holds to; or `{file: PATH}`.",
    },
    "calls": {
        "type": "object",
        "description": "A function that is called, with at least these arguments.",
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
                "description": "Arguments that the call has; it may have others.",
            },
        },
    },
    "cites": {
        "type": "string",
        "minLength": 1,
        "description": "The name of a document that the answer cites, or the end of its path.",
    },
    "max_tokens": {
        "type": "integer",
        "minimum": 1,
        "description": "The most tokens that one run takes, prompt and completion together.",
    },
    "max_seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "The most seconds that one answer takes.",
    },
    "command": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string"},
        "description": "A program that judges: it reads the answer as JSON from standard input, and"
        " passes it with exit code 0. It runs only with `provisioner test --allow-commands`.",
    },
}

CHECKS: Final[dict[str, Any]] = {
    "type": "array",
    "maxItems": 100,
    "description": "Questions that `provisioner test` asks a candidate and the live assistant, and"
    " what has to hold for each answer. They stay in the manifest and are never sent anywhere.",
    "items": {
        "type": "object",
        "required": ["name", "question", "expect"],
        "additionalProperties": False,
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 100,
                "description": "The name of the check in reports. Each name stands once.",
            },
            "question": {"type": "string", "minLength": 1, "description": "The question."},
            "repeats": {
                "type": "integer",
                "minimum": 1,
                "maximum": 100,
                "description": "How often it is asked; each answer has to hold. Default 1.",
            },
            "expect": {
                "type": "array",
                "minItems": 1,
                "description": "Everything that has to hold for an answer, each with one key.",
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
                "description": "What a function returns, by its name, as any JSON value.",
            },
        },
    },
}
