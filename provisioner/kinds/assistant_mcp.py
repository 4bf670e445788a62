"""The JSON Schema of an MCP server as a tool: one flat form for the two forms of the platform.

Responses takes the server's parameters as fields of the tool, and agents take them inside of
`transport`. A manifest never holds a secret: for Responses it holds the NAME of an environment
variable, which is read when the assistant runs, and agents take the secret from a vault.
"""

from typing import Final

from provisioner.kinds.shared import (
    CALLERS,
    ENV_NAME,
    TOOL_NAME,
    Schema,
    boolean,
    choice,
    text,
    texts,
)

_TOOLS: Final[dict[str, Schema]] = {
    "tool_names": texts("Names of the server's tools."),
    "read_only": boolean("Tools that say of themselves that they only read."),
}


def _which(description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": _TOOLS,
    }


MCP: Final[dict[str, Schema]] = {
    "server_label": {
        **text("What the server is called in tool calls and in plans: `tools[LABEL]`."),
        "pattern": TOOL_NAME,
    },
    "server_url": {
        **text("The server's address. This, or one of `command`, `tunnel_id`, `connector_id`."),
        # A `user:password@` before the host is refused, because a manifest must not hold a secret.
        "pattern": r"^https?://[^/@\s]+(/\S*)?$",
    },
    "headers": {
        "type": "object",
        "description": "HTTP headers that are no secrets. Needs `server_url`.",
        "additionalProperties": {"type": "string"},
    },
    "command": text("The program that is the server, run where the session runs. Needs `cwd`."),
    "args": texts("With `command`: its arguments."),
    "cwd": text("With `command`: the folder that it runs in."),
    "env_vars": {
        **texts("With `command`: NAMES of environment variables that it gets to see."),
        "items": {"type": "string", "pattern": ENV_NAME},
    },
    "tunnel_id": text("The id of a Secure MCP Tunnel that leads to the server."),
    "connector_id": choice(
        "A connector of the platform's own. Models released after 1 September 2026 have none.",
        *(
            f"connector_{name}"
            for name in (
                *("dropbox", "gmail", "googlecalendar", "googledrive"),
                *("microsoftteams", "outlookcalendar", "outlookemail", "sharepoint"),
            )
        ),
    ),
    "server_description": text("What the model is told of the server."),
    "allowed_tools": {
        "type": ["array", "object"],
        "description": "The tools that may be called: names, or `tool_names` and `read_only`. Default: all.",
        "items": {"type": "string"},
        "additionalProperties": False,
        "properties": _TOOLS,
    },
    "require_approval": {
        "type": ["string", "object"],
        "description": "Whether a person approves each call: always, never, or which tools. Default always.",
        "if": {"type": "string"},
        "then": {"enum": ["always", "never"]},
        "else": {
            "additionalProperties": False,
            "properties": {
                "always": _which("Tools that always need approval."),
                "never": _which("Tools that never need approval."),
            },
        },
    },
    "authorization_env": {
        **text(
            "The NAME of the environment variable with the access token. Whoever runs the"
            " assistant fills it in; the token itself is stored nowhere."
        ),
        "pattern": ENV_NAME,
    },
    "credential": text(
        "The name of the `kind: Credential` to use, where several of the session's `vaults` would"
        " fit."
    ),
    "credential_id": text("In place of `credential`: the id of one that is not ours."),
    "connection_origin": choice(
        "Whether connections come from the platform or from the session's environment."
        " Default service.",
        *("service", "environment"),
    ),
    "request_metadata": {
        "type": "object",
        "description": "Sent along with every request to the server.",
    },
    "required": boolean("Whether it must be up before the first turn. Default false."),
    "defer_loading": boolean("Whether its tools are found by `tool_search` only. Default false."),
    "allowed_callers": CALLERS,
}

MCP_HINTS: Final = {
    "authorization": (
        "A token never stands in a manifest: name the variable that holds it in"
        " `authorization_env`, or put it into a vault of the session."
    ),
    "transport": "Its parts stand in the tool itself: `server_url`, or `command` with `cwd`.",
}
