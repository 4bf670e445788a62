"""The JSON Schema of one target of a Stack: a runtime, its address and its credentials.

Its descriptions are the texts of `provisioner explain`, of the reference and of editors.
"""

from typing import Final

from provisioner.kinds.shared import Schema
from provisioner.source import stack_access, stack_ledger, stack_releases

TARGET: Final[Schema] = {
    "type": "object",
    "description": "A place where assistants live: a runtime, its address and its credentials.",
    "required": ["runtime"],
    "additionalProperties": False,
    "properties": {
        "runtime": {
            "type": "string",
            "description": "The runtime: `assistants` (Assistants v2 API), `responses` or "
            "`agents`.",
        },
        "server": {
            "enum": ["embedded", "foundry"],
            "description": (
                "`embedded` is a server inside this program, without an account or a key. "
                "`foundry` is Microsoft Foundry classic at the `base_url`, with an Entra token "
                "instead of a key."
            ),
        },
        "data": {
            "type": "string",
            "minLength": 1,
            "description": "The embedded server's database file. Default: inside `.provisioner/`.",
        },
        "base_url": {
            "type": "string",
            # An address that begins with a variable is checked when the variable has its value.
            "pattern": r"^([Hh][Tt][Tt][Pp][Ss]?://|\$\{)",
            "description": (
                "The API's address, `https://HOST/v1`. It needs `api_key_env`. Default: the SDK "
                "reads it from the environment."
            ),
        },
        "api_key_env": {
            "type": "string",
            "description": "The name of the environment variable that holds the key. It is "
            "never the key itself.",
        },
        **stack_access.PROPERTIES,
        **stack_releases.PROPERTIES,
        stack_ledger.KEY: stack_ledger.PROPERTY,
        "organization": {
            "type": "string",
            "description": "The value of the request header `OpenAI-Organization`.",
        },
        "project": {
            "type": "string",
            "description": "The value of the request header `OpenAI-Project`.",
        },
        "headers": {
            "type": "object",
            "description": "Additional headers for every request. Write `${env:NAME}` for secrets.",
            "additionalProperties": {"type": "string"},
        },
        "drop": {
            "type": "array",
            "description": (
                "Fields and kinds that this target's runtime lacks and that are left out there: "
                "paths of assistants (`temperature`, `tools[web_search]`) and kinds "
                "(`vector_store`)."
            ),
            # Any text: which paths there are depends on the runtime, so `support` checks them.
            "items": {"type": "string", "minLength": 1},
            "uniqueItems": True,
        },
    },
    "x-hints": {
        "api_key": (
            "Never write a key into a manifest: put it into an environment variable, and name the"
            " variable in `api_key_env`."
        ),
        "endpoint": "The address is called `base_url`.",
        "url": "The address is called `base_url`.",
    },
}
