"""The JSON Schema of an MCP server as a tool.

A manifest has one flat form for the two forms of the platform: Responses has the server's
parameters as fields of the tool, and agents have them inside of `transport`. A manifest never
contains a secret. For Responses it contains the NAME of an environment variable, which is read when
the assistant runs. Agents get the secret from a vault.
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
    "read_only": boolean("If true, selects the tools that declare themselves as read-only."),
}


def _which(description: str) -> Schema:
    """Return the schema of a selection of a server's tools."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": _TOOLS,
    }


MCP: Final[dict[str, Schema]] = {
    "server_label": {
        **text("The name of the server in tool calls and in plans: `tools[LABEL]`."),
        "pattern": TOOL_NAME,
    },
    "server_url": {
        **text(
            "The server's address. Exactly one of `server_url`, `command`, `tunnel_id` and "
            "`connector_id` is set."
        ),
        # A `user:password@` before the host is refused, because a manifest must not contain a secret.
        "pattern": r"^https?://[^/@\s]+(/\S*)?$",
    },
    "headers": {
        "type": "object",
        "description": "HTTP headers that are not secret. They need `server_url`.",
        "additionalProperties": {"type": "string"},
    },
    "command": text(
        "The program of the server, which is started where the session runs. It needs `cwd`."
    ),
    "args": texts("With `command`: its arguments."),
    "cwd": text("With `command`: the working folder of the program."),
    "env_vars": {
        **texts(
            "With `command`: the NAMES of the environment variables that the program receives."
        ),
        "items": {"type": "string", "pattern": ENV_NAME},
    },
    "tunnel_id": text("The id of a Secure MCP Tunnel that leads to the server."),
    "connector_id": choice(
        "A connector of the platform. Models released after 1 September 2026 have none.",
        *(
            f"connector_{name}"
            for name in (
                *("dropbox", "gmail", "googlecalendar", "googledrive"),
                *("microsoftteams", "outlookcalendar", "outlookemail", "sharepoint"),
            )
        ),
    ),
    "server_description": text("A description of the server for the model."),
    "allowed_tools": {
        "type": ["array", "object"],
        "description": "The tools that may be called: a list of names, or `tool_names` and "
        "`read_only`. Default: all.",
        "items": {"type": "string"},
        "additionalProperties": False,
        "properties": _TOOLS,
    },
    "require_approval": {
        "type": ["string", "object"],
        "description": "The calls that a person must approve: always, never, or a choice of "
        "tools. Default always.",
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
            # The pattern refuses most tokens, which somebody might write here instead of a name.
            "The NAME of the environment variable with the access token. It is read when the "
            "assistant runs. The token itself is never stored."
        ),
        "pattern": ENV_NAME,
    },
    "credential": text(
        "The name of the `kind: Credential` to use, if several credentials in the session's "
        "`vaults` fit."
    ),
    "credential_id": text(
        "The id of a credential that is not managed here. Write it instead of `credential`."
    ),
    "connection_origin": choice(
        "The origin of connections: the platform (`service`) or the session's environment. "
        "Default service.",
        *("service", "environment"),
    ),
    "request_metadata": {
        "type": "object",
        "description": "Metadata that is sent with every request to the server.",
    },
    "required": boolean(
        "If true, the server must be reachable before the first turn. Default false."
    ),
    "defer_loading": boolean(
        "If true, the server's tools are found only by `tool_search`. Default false."
    ),
    "allowed_callers": CALLERS,
}

MCP_HINTS: Final = {
    "authorization": (
        "A manifest must not contain a token. Write the name of the variable with the token into"
        " `authorization_env`, or put the token into a vault of the session."
    ),
    "transport": "Write its fields into the tool itself: `server_url`, or `command` with `cwd`.",
}
"""Sentences that say what to write instead of a field of the API's own MCP tool, by the
name of the field, which a manifest does not accept."""
