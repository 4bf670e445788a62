"""The JSON Schema of a Credential's fields, and the fields that each type of credential has."""

from collections.abc import Mapping
from typing import Final

from provisioner.kinds.shared import (
    ENV_NAME,
    LIFECYCLE,
    LONGEST_NAME,
    METADATA,
    Schema,
    choice,
    object_,
    text,
)

_CLIENT: Final = ("none", "client_secret_basic", "client_secret_post")
TYPES: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "static_bearer": (frozenset({"mcp_server_url", "token_env"}), frozenset()),
    "mcp_oauth": (
        frozenset({"mcp_server_url", "access_token_env"}),
        frozenset({"expires_at", "refresh", "refresh_token_env", "client_secret_env"}),
    ),
    "environment_variable": (
        frozenset({"secret_name", "secret_value_env", "networking"}),
        frozenset(),
    ),
}
"""For each type of credential, the fields that it needs, and further fields that it may have."""


def _variable(what: str) -> Schema:
    """Return the schema of a field with the name of an environment variable."""
    # The pattern refuses most secrets that somebody might write here instead of a name.
    return {**text(f"The NAME of the environment variable with {what}."), "pattern": ENV_NAME}


# A `user:password@` before the host is refused, because a manifest must not contain a secret.
_URL: Final = {"pattern": r"^https://[^/@\s]+(/\S*)?$"}
PROPERTIES: Final[Mapping[str, Schema]] = {
    "vault": text(
        "The name of the `kind: Vault` that contains the credential. A change of "
        "vault replaces the credential."
    ),
    "name": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_NAME,
        "description": "The live name. Default: `metadata.name`. A change of name "
        "replaces the credential.",
    },
    "type": choice(
        "The type: a bearer token or OAuth tokens for an MCP server, or a variable of "
        "hosted sessions.",
        *TYPES,
    ),
    "mcp_server_url": {
        **text("The address of the MCP server that gets the secret: `https://…`."),
        **_URL,
    },
    "token_env": _variable("the bearer token"),
    "access_token_env": _variable("the OAuth access token"),
    "expires_at": text(
        "The time at which the access token expires, such as `2026-12-31T12:00:00Z`."
    ),
    "refresh": object_(
        "Settings for renewing the access token.",
        ("client_id", "token_endpoint"),
        client_id=text("The OAuth client's id."),
        token_endpoint={
            **text("The address at which tokens are exchanged: `https://…`."),
            **_URL,
        },
        token_endpoint_auth=choice(
            "The method by which the client authenticates itself. Default none.", *_CLIENT
        ),
        resource=text("The resource that the token is for, if the endpoint asks for one."),
        scope=text("The requested scopes, separated by spaces."),
    ),
    "refresh_token_env": _variable("the refresh token"),
    "client_secret_env": _variable("the OAuth client's secret"),
    "secret_name": {
        **text(
            "The environment variable of a hosted session that contains a placeholder "
            "for the secret."
        ),
        "pattern": ENV_NAME,
    },
    "secret_value_env": _variable("the secret that the placeholder stands for"),
    "networking": object_(
        "The hosts for which the placeholder in a request is replaced by the secret.",
        ("type",),
        type=choice(
            "The hosts to which the secret may be sent: all hosts of the session, or a list.",
            "unrestricted",
            "limited",
        ),
        allowed_hosts={
            "type": "array",
            "description": "With `limited`: 1 to 16 exact host names.",
            # The API takes exact hosts only: no wildcard, no scheme and no port.
            "items": {"type": "string", "pattern": r"^[A-Za-z0-9.-]+$"},
            "minItems": 1,
            "maxItems": 16,
            "uniqueItems": True,
        },
    ),
    "metadata": METADATA,
    "lifecycle": LIFECYCLE,
}
