"""JSON Schemas of a Stack: its `spec`, its `metadata`, and `for_each` of other documents.

Their descriptions are the texts of `provisioner explain`, of the reference and of editors.
"""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.kinds import CONVERSATIONAL, KINDS
from provisioner.kinds.shared import Schema
from provisioner.model.stack import UNDECLARED
from provisioner.runtimes import RUNTIMES
from provisioner.source import keys, stack_ledger
from provisioner.source.target_schema import TARGET

IDENTIFIER: Final = "^[A-Za-z0-9_-]{1,64}$"
TYPES: Final = ("string", "number", "integer", "boolean")

_VALUE: Final[Schema] = {"type": ["string", "number", "boolean"]}

_VARIABLE: Final[Schema] = {
    "type": "object",
    "description": "A value that manifests take with `${var:NAME}`.",
    "additionalProperties": False,
    "properties": {
        "type": {
            "enum": list(TYPES),
            "description": "The type of the value. Default: the type of `default`, else string.",
        },
        # `${env:…}` works only here and in targets, so the Stack shows all that is read of it.
        "default": {
            **_VALUE,
            "description": "The value if no option, no `PROVISIONER_VAR_NAME` and no chosen "
            "environment sets one. `${env:NAME}` is allowed here.",
        },
        "description": {"type": "string", "description": "The purpose of the variable."},
        "sensitive": {
            "type": "boolean",
            "description": "True if the value is a secret. It is masked in plans, logs and errors.",
        },
    },
}

_ENVIRONMENT: Final[Schema] = {
    "type": "object",
    "description": "An environment. It is chosen with `--env`, and its settings take precedence "
    "over the Stack's.",
    "additionalProperties": False,
    "properties": {
        "target": {
            "type": "string",
            "description": "The target of this environment. `--target` takes precedence.",
        },
        "variables": {
            "type": "object",
            "description": "Values of variables in this environment, by name.",
            "additionalProperties": _VALUE,
        },
        "without": {
            "type": "array",
            "description": "Resources that are not declared in this environment: addresses such as"
            " `assistant.playground`, or all of a kind, `assistant.*`. Their live objects become orphans.",
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "patches": {
            "type": "array",
            "description": "Changes to resources in this environment: JSON merge patches, applied in order.",
            "items": {
                "type": "object",
                "description": "A change to one resource.",
                "required": ["address", "spec"],
                "additionalProperties": False,
                "properties": {
                    "address": {
                        "type": "string",
                        "description": "The address of the resource, such as `assistant.policy-qa`.",
                    },
                    "spec": {
                        "type": "object",
                        "description": "The fields to merge into the resource. A list replaces "
                        "the whole list, and null removes a field.",
                    },
                },
            },
        },
    },
}

_NAMED: Final[Schema] = {"pattern": IDENTIFIER}

SPEC: Final[Schema] = {
    "type": "object",
    "required": ["targets"],
    "additionalProperties": False,
    "properties": {
        "requires": {
            "type": "string",
            "pattern": r"^\s*(>=|<=|==|!=|>|<)\s*\d+(\.\d+)*(\s*,\s*(>=|<=|==|!=|>|<)\s*\d+(\.\d+)*)*\s*$",
            "description": "The versions of provisioner that may be used: `>=1.0`, or `>=1.0,<2`.",
        },
        "default_target": {
            "type": "string",
            "description": "The target to use if neither the environment nor `--target` names one.",
        },
        "targets": {
            "type": "object",
            "description": "Places where assistants live, by name.",
            "minProperties": 1,
            "propertyNames": _NAMED,
            "additionalProperties": TARGET,
        },
        "variables": {
            "type": "object",
            "description": "Variables, by name.",
            "propertyNames": _NAMED,
            "additionalProperties": _VARIABLE,
        },
        "environments": {
            "type": "object",
            "description": "The environments by name. Each has its own set of live objects.",
            "propertyNames": _NAMED,
            "additionalProperties": _ENVIRONMENT,
        },
        "defaults": {
            "type": "object",
            "description": (
                "By kind (`assistant`): fields that a manifest need not repeat. A field that the"
                " manifest sets takes precedence; `metadata` is merged key by key."
            ),
            "additionalProperties": False,
            "properties": {
                name: {
                    "type": "object",
                    # `check` judges these fields by the schema of the kind, at their own places.
                    "description": f"Defaults of every {kind.title}: any fields of its spec.",
                }
                for name, kind in KINDS.items()
            },
        },
        "guards": {
            "type": "object",
            "description": "Rules that refuse a dangerous plan.",
            "additionalProperties": False,
            "properties": {
                "max_delete_percent": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 100,
                    "description": (
                        "The percentage of this Stack's live objects that one plan may delete. "
                        "Default 30. A plan may always delete fewer than 5 objects."
                    ),
                },
                "undeclared": {
                    "enum": list(UNDECLARED),
                    "description": (
                        "The response to drift in a value that no manifest sets, such as a tool "
                        "that somebody added by hand. `ignore` does not look at it, `warn` "
                        "shows it, and with `refuse` `plan` and `apply` refuse to go on. "
                        "Default warn."
                    ),
                },
                "max_reads": {
                    "type": "integer",
                    "minimum": 0,
                    "description": (
                        "The most requests that one run makes to find the vector stores that"
                        " contain a file it would delete. If more are needed, the file is kept, and"
                        " `gc` can delete it later. Default 1000."
                    ),
                },
            },
        },
        stack_ledger.KEY: stack_ledger.PROPERTY,
        "file_names": {
            "enum": ["plain", "marked"],
            "description": (
                "`marked` adds digests of owner, path and content to the name of every uploaded "
                "file, so that the name alone identifies it. Default plain."
            ),
        },
    },
    "x-hints": {"target": "A Stack has `targets`, by name, and `default_target`."},
    "examples": [
        {
            "default_target": "local",
            "targets": {"local": {"runtime": next(iter(RUNTIMES)), "server": "embedded"}},
            "variables": {"model": {"default": "gpt-6.1-terra"}},
            "environments": {"prod": {"variables": {"model": "gpt-6.1-sol"}}},
            "defaults": {CONVERSATIONAL.name: {"max_completion_tokens": 1500}},
        }
    ],
}

METADATA: Final[Schema] = {
    "type": "object",
    "description": "The name and the id of the Stack, which is the owner in every mark.",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "pattern": IDENTIFIER,
            "description": "The stack's name: 1 to 64 letters, digits, `_` and `-`.",
        },
        "id": {
            "type": "string",
            "pattern": IDENTIFIER,
            "description": (
                "The owner in every mark. `init` writes it once, and it must never change, even "
                "if the name does. Default: the name."
            ),
        },
    },
}

FOR_EACH: Final[Schema] = {
    "type": "object",
    "description": (
        "Declares one resource for each row of a table: `assistant.NAME[KEY]`. `${each.COLUMN}` "
        "stands for the values of the row."
    ),
    "required": [keys.FILE],
    "additionalProperties": False,
    "properties": {
        keys.FILE: {
            "type": "string",
            "minLength": 1,
            "description": (
                "The table: CSV with a line of column names, or a YAML or JSON list of "
                "mappings. The path is relative to this manifest and has to lie inside of the "
                "manifest folder."
            ),
        },
        "key": {
            "type": "string",
            "minLength": 1,
            "description": (
                "The column of the keys, which become a part of the addresses. A key has 1 to "
                "64 letters, digits, `_` and `-`, and no two keys are equal. Default `key`."
            ),
        },
    },
}


def example(kind: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first example that a schema has; empty if it has none."""
    examples = kind["examples"]
    return examples[0] if isinstance(examples, list) else {}
