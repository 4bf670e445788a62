"""The JSON Schema of a Stack's spec."""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.kinds import CONVERSATIONAL, KINDS
from provisioner.kinds.shared import Schema
from provisioner.model.stack import UNDECLARED
from provisioner.runtimes import RUNTIMES
from provisioner.source import keys, stack_access, stack_ledger, stack_releases

IDENTIFIER: Final = "^[A-Za-z0-9_-]{1,64}$"
TYPES: Final = ("string", "number", "integer", "boolean")

_VALUE: Final[Schema] = {"type": ["string", "number", "boolean"]}

_TARGET: Final[Schema] = {
    "type": "object",
    "description": "A runtime, configured and named: one place where assistants live.",
    "required": ["runtime"],
    "additionalProperties": False,
    "properties": {
        "runtime": {
            "type": "string",
            "description": "Which runtime: `assistants` (Assistants v2 API), `responses` or `agents`.",
        },
        "server": {
            "enum": ["embedded", "foundry"],
            "description": (
                "`embedded`: a server inside this program. No account, no key. `foundry`: Microsoft"
                " Foundry classic, at the `base_url`, with an Entra token in place of a key."
            ),
        },
        "data": {
            "type": "string",
            "minLength": 1,
            "description": "The embedded server's database file. Default: inside `.provisioner/`.",
        },
        "base_url": {
            "type": "string",
            "pattern": r"^([Hh][Tt][Tt][Pp][Ss]?://|\$\{)",
            "description": (
                "The API's address, `https://HOST/v1`. Needs `api_key_env`. Default: as the SDK"
                " reads it from the environment."
            ),
        },
        "api_key_env": {
            "type": "string",
            "description": "The NAME of the environment variable that holds the key. Never a key.",
        },
        **stack_access.PROPERTIES,
        **stack_releases.PROPERTIES,
        stack_ledger.KEY: stack_ledger.PROPERTY,
        "organization": {"type": "string", "description": "Sent as OpenAI-Organization."},
        "project": {"type": "string", "description": "Sent as OpenAI-Project."},
        "headers": {
            "type": "object",
            "description": "More headers for every request. Take secrets from `${env:NAME}`.",
            "additionalProperties": {"type": "string"},
        },
        "drop": {
            "type": "array",
            "description": (
                "What this target's runtime lacks and may be left out: paths of assistants"
                " (`temperature`, `tools[web_search]`) and kinds (`vector_store`)."
            ),
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
        },
    },
    "x-hints": {
        "api_key": (
            "A key never stands in a manifest: put it into an environment variable and name that"
            " in `api_key_env`."
        ),
        "endpoint": "The address is called `base_url`.",
        "url": "The address is called `base_url`.",
    },
}

_VARIABLE: Final[Schema] = {
    "type": "object",
    "description": "A value that manifests take with `${var:NAME}`.",
    "additionalProperties": False,
    "properties": {
        "type": {
            "enum": list(TYPES),
            "description": "Default: what the default is, else string.",
        },
        "default": {
            **_VALUE,
            "description": "Its value where nothing else sets it; `${env:NAME}` works here.",
        },
        "description": {"type": "string", "description": "What it is for."},
        "sensitive": {
            "type": "boolean",
            "description": "Text that is shown nowhere: masked in plans, logs and errors.",
        },
    },
}

_ENVIRONMENT: Final[Schema] = {
    "type": "object",
    "description": "What is different where this environment is chosen with `--env`.",
    "additionalProperties": False,
    "properties": {
        "target": {"type": "string", "description": "The target, unless `--target` says another."},
        "variables": {
            "type": "object",
            "description": "Values of variables.",
            "additionalProperties": _VALUE,
        },
        "without": {
            "type": "array",
            "description": "Resources that are not declared in this environment: addresses such as"
            " `assistant.playground`, or all of a kind, `assistant.*`. Live ones become orphans.",
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "patches": {
            "type": "array",
            "description": "Changes to resources, as JSON merge patches, in order.",
            "items": {
                "type": "object",
                "description": "One patch.",
                "required": ["address", "spec"],
                "additionalProperties": False,
                "properties": {
                    "address": {
                        "type": "string",
                        "description": "Which resource: `assistant.policy-qa`.",
                    },
                    "spec": {
                        "type": "object",
                        "description": "What to merge in: lists replace, null removes.",
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
            "description": "Which versions of provisioner may be used: `>=1.0`, or `>=1.0,<2`.",
        },
        "default_target": {
            "type": "string",
            "description": "The target, unless the environment or `--target` says another.",
        },
        "targets": {
            "type": "object",
            "description": "Places where assistants live, by name.",
            "minProperties": 1,
            "propertyNames": _NAMED,
            "additionalProperties": _TARGET,
        },
        "variables": {
            "type": "object",
            "description": "Variables, by name.",
            "propertyNames": _NAMED,
            "additionalProperties": _VARIABLE,
        },
        "environments": {
            "type": "object",
            "description": "Environments, by name; each is its own set of live objects.",
            "propertyNames": _NAMED,
            "additionalProperties": _ENVIRONMENT,
        },
        "defaults": {
            "type": "object",
            "description": (
                "By kind (`assistant`): fields that a manifest need not repeat. A field that the"
                " manifest sets wins; `metadata` is merged key by key."
            ),
            "additionalProperties": False,
            "properties": {
                name: {
                    "type": "object",
                    "description": f"Defaults of every {kind.title}: any fields of its spec.",
                }
                for name, kind in KINDS.items()
            },
        },
        "guards": {
            "type": "object",
            "description": "What a plan may not do.",
            "additionalProperties": False,
            "properties": {
                "max_delete_percent": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 100,
                    "description": (
                        "The share of our live objects that one plan may delete, in percent."
                        " Default 30; fewer than 5 objects are never too many."
                    ),
                },
                "undeclared": {
                    "enum": list(UNDECLARED),
                    "description": (
                        "What happens where a value that no manifest sets has moved on the live"
                        " side, such as a tool added by hand: it is not looked at, shown, or"
                        " `plan` and `apply` refuse. Default warn."
                    ),
                },
                "max_reads": {
                    "type": "integer",
                    "minimum": 0,
                    "description": (
                        "How many requests may be sent to find out which stores hold a file that"
                        " would be deleted. Beyond it the file is kept and left for gc. Default"
                        " 1000."
                    ),
                },
            },
        },
        stack_ledger.KEY: stack_ledger.PROPERTY,
        "file_names": {
            "enum": ["plain", "marked"],
            "description": (
                "`marked` puts digests of owner, path and content into the name of every uploaded"
                " file, so that it is known by itself. Default plain."
            ),
        },
    },
    "x-hints": {"target": "There are `targets` by name, and `default_target`."},
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
    "description": "Who we are.",
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
                "The owner in every mark, written once by `init`: it never changes, even if the"
                " name does. Default: the name."
            ),
        },
    },
}

FOR_EACH: Final[Schema] = {
    "type": "object",
    "description": (
        "A table: the document declares one resource a row, `assistant.NAME[KEY]`, and"
        " `${each.COLUMN}` stands for the values of the row."
    ),
    "required": [keys.FILE],
    "additionalProperties": False,
    "properties": {
        keys.FILE: {
            "type": "string",
            "minLength": 1,
            "description": (
                "CSV with a line of column names, or a YAML or JSON list of mappings; relative to"
                " this manifest and inside the manifest folder."
            ),
        },
        "key": {
            "type": "string",
            "minLength": 1,
            "description": (
                "The column whose values stand in the addresses: 1 to 64 letters, digits, `_` and"
                " `-`, no two alike. Default `key`."
            ),
        },
    },
}


def example(kind: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one example that a schema carries."""
    examples = kind["examples"]
    return examples[0] if isinstance(examples, list) else {}
