"""The API of credentials in a vault. A secret is checked and then dropped: it is never stored or shown.

Only the fields that the platform shows are stored. So a client sees only by `updated_at` that a
secret was rotated.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from provisioner.emulator.agents import vaults
from provisioner.emulator.agents.api import (
    gone,
    invalid,
    read,
    trimmed,
)
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.agents.tools import check_url
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource, Status, new_id
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = vaults.CREDENTIAL
CREATE = Body("CredentialCreateParams", LIMITS)
ROTATE = Body("CredentialUpdateParams", LIMITS)
SECRETS = frozenset({"token", "access_token", "refresh_token", "client_secret", "secret_value"})
"""The fields that contain a secret."""
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""Matches the name of an environment variable."""
# The platform sets these variables itself, to route and verify the requests of an environment. A
# credential that replaced one of them could redirect all those requests.
RESERVED = frozenset(
    [
        "ALL_PROXY",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NODE_EXTRA_CA_CERTS",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
    ]
)
HOST = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
"""Matches a hostname or an IPv4 address."""


def create(call: Call, vault: Row) -> Answer:
    given = read(call, CREATE)
    auth = given["auth"]
    _check(auth)
    body: Json = {
        "id": new_id("cred_"),
        "object": KIND,
        "vault_id": vault.id,
        "created_at": call.now,
        "updated_at": call.now,
        "name": trimmed(given["name"]),
        "metadata": given.get("metadata", {}),
        "auth": _shown(auth),
    }
    # Lists of credentials filter by status. The SDK has no call that archives one.
    row = Row(KIND, vault.id, body["id"], body, tag=vaults.ACTIVE)
    return Status(201, call.db.insert(row).body)


def _check(auth: Json) -> None:
    """Raise ApiError if a credential breaks one of the platform's rules."""
    if "mcp_server_url" in auth:
        check_url(auth["mcp_server_url"], "auth.mcp_server_url", "https")
    if auth["type"] == "environment_variable":
        _check_variable(auth)
    if auth.get("refresh"):
        check_url(auth["refresh"]["token_endpoint"], "auth.refresh.token_endpoint", "https")
    _check_time(auth)


def _check_variable(auth: Json) -> None:
    name = auth["secret_name"]
    managed = name.startswith("CODEX_") or name.upper() in RESERVED
    if VARIABLE.fullmatch(name) is None or managed:
        why = "is reserved" if managed else "is not the name of an environment variable"
        raise invalid(f"Invalid 'auth.secret_name': '{name}' {why}.", "auth.secret_name")
    _check_value(auth)
    hosts = auth["networking"].get("allowed_hosts", [])
    for host in hosts:
        if HOST.fullmatch(host) is None:
            raise invalid(
                f"Invalid 'auth.networking.allowed_hosts': '{host}' is no hostname or IPv4 address.",
                "auth.networking.allowed_hosts",
            )
    if len({host.lower() for host in hosts}) < len(hosts):
        raise invalid(
            "Invalid 'auth.networking.allowed_hosts': hosts must be distinct.",
            "auth.networking.allowed_hosts",
        )


def _check_value(auth: Json) -> None:
    if any(forbidden in auth["secret_value"] for forbidden in "\r\n\0"):
        raise invalid(
            "Invalid 'auth.secret_value': it must not contain line breaks or NUL bytes.",
            "auth.secret_value",
        )


def _check_time(auth: Json) -> None:
    """Raise ApiError if `expires_at` is set and is not an RFC 3339 timestamp with a time zone."""
    moment = auth.get("expires_at")
    if moment is None:
        return
    try:
        known = datetime.fromisoformat(moment).tzinfo is not None
    except ValueError:
        known = False
    if not known:
        raise invalid(
            "Invalid 'auth.expires_at': expected an RFC 3339 timestamp.", "auth.expires_at"
        )


def _shown(auth: Json) -> Json:
    """Return all fields of a credential except its secrets."""
    shown = {key: value for key, value in auth.items() if key not in SECRETS}
    if auth["type"] == "mcp_oauth":
        refresh = auth.get("refresh")
        shown |= {"expires_at": auth.get("expires_at"), "refresh": refresh and _refresh(refresh)}
    elif auth["type"] == "environment_variable" and auth["networking"]["type"] == "limited":
        hosts = [host.lower() for host in auth["networking"]["allowed_hosts"]]
        shown["networking"] = {"type": "limited", "allowed_hosts": hosts}
    return shown


def _refresh(given: Json) -> Json:
    return {
        "client_id": given["client_id"],
        "token_endpoint": given["token_endpoint"],
        "token_endpoint_auth": {"type": given["token_endpoint_auth"]["type"]},
        "resource": given.get("resource"),
        "scope": given.get("scope"),
    }


def update(call: Call, row: Row) -> Answer:
    given = read(call, ROTATE)
    if not given:
        raise invalid("Supply at least one of 'auth' or 'metadata'.")
    if "auth" in given:
        _rotate(row.body["auth"], given["auth"])
    if "metadata" in given:
        row.body["metadata"] = given["metadata"]
    row.body["updated_at"] = call.now
    return call.db.save(row).body


def _rotate(auth: Json, new: Json) -> None:
    """Set the visible fields of a rotated credential. The new secrets are checked and dropped."""
    if new["type"] != auth["type"]:
        raise invalid(
            f"Invalid 'auth.type': the credential's type is '{auth['type']}' and cannot be changed.",
            "auth.type",
        )
    if new["type"] == "environment_variable":
        _check_value(new)
    if new["type"] == "mcp_oauth":
        _check_time(new)
        if "expires_at" in new:
            auth["expires_at"] = new["expires_at"]
        elif new.get("access_token") is not None:
            # The old expiry does not apply to a new token.
            auth["expires_at"] = None
        if new.get("refresh") is not None:
            _rotate_refresh(auth["refresh"], new["refresh"])


def _rotate_refresh(refresh: Json | None, new: Json) -> None:
    """Set the visible fields of a rotated refresh token. Raises ApiError for a forbidden change."""
    if refresh is None:
        raise invalid("Invalid 'auth.refresh': the credential has no refresh.", "auth.refresh")
    client = new.get("token_endpoint_auth")
    if client is not None and client["type"] != refresh["token_endpoint_auth"]["type"]:
        raise invalid(
            "Invalid 'auth.refresh.token_endpoint_auth.type': the method cannot be changed.",
            "auth.refresh.token_endpoint_auth.type",
        )
    if "scope" in new:
        refresh["scope"] = new["scope"]


CREDENTIALS = Collection(
    kind=KIND,
    path="/vaults/<id>/credentials",
    noun="credential",
    above=vaults.COLLECTION,
    gone=gone,
    page=vaults.page_by_status,
)
RESOURCE = Resource(
    routes=CREDENTIALS.routes("list get delete", create=create, update=update), beta=AGENTS
)
