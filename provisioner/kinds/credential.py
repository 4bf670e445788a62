"""The kind Credential: one secret in a Vault. The manifest names the variable with the secret.

`apply` reads the secret and stores it only in the vault. The platform never returns it, so a short
digest in the mark shows whether it has changed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from provisioner.kinds.credential_schema import PROPERTIES, TYPES
from provisioner.kinds.shared import name_problems
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Kind, Problem
from provisioner.model.mark import user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.value import MissingSecret, RemoteId, Spec, revealed

_SECRETS: Final = {
    "token_env": "token",
    "access_token_env": "access_token",
    "secret_value_env": "secret_value",
}
"""For each field with the name of a variable, the field of the API for the variable's value."""
_IN_REFRESH: Final = ("refresh_token_env", "client_secret_env")
"""The fields with the name of a variable whose value is sent inside of the API's field `refresh`."""
_PLAIN: Final = ("mcp_server_url", "expires_at", "secret_name", "networking")
"""The fields that have the same name and value in the API."""


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of a credential that the schema cannot express."""
    yield from name_problems(spec)
    kind = spec.get("type")
    needed, besides = TYPES.get(str(kind), (frozenset(), frozenset()))
    for name in sorted(needed - spec.keys()):
        detail = f"A credential of `type: {kind}` needs `{name}`."
        # `needs` keeps silent where the field is there but invalid: it is reported once.
        yield Problem(("type",), codes.CREDENTIAL_NOT_WHOLE, detail, needs=name)
    everything = {field for pair in TYPES.values() for fields in pair for field in fields}
    # A type that is unknown is reported by the schema, and then no field is called wrong.
    for name in sorted((everything - needed - besides) & spec.keys() if needed else ()):
        detail = f"`type: {kind}` has {_listed(needed | besides)}."
        yield Problem((name,), codes.NOT_A_CREDENTIAL_FIELD, detail)
    if "expires_at" in spec and _in_one_spelling(spec["expires_at"]) is None:
        detail = "Write a time with its zone, such as `2026-12-31T12:00:00Z`."
        yield Problem(("expires_at",), codes.NOT_A_MOMENT, detail)
    yield from _refresh(spec)
    networking = spec.get("networking") or {}
    if (networking.get("type") == "limited") != bool(networking.get("allowed_hosts")):
        detail = "`type: limited` needs `allowed_hosts`; `type: unrestricted` may not have it."
        yield Problem(("networking",), codes.NETWORKING_NOT_WHOLE, detail)


def _refresh(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of the fields for renewing an OAuth token."""
    refresh = spec.get("refresh")
    if isinstance(refresh, Mapping):
        # With `none` the client has no secret, so the API has no field for one.
        wants = refresh.get("token_endpoint_auth", "none") != "none"
        if "refresh_token_env" not in spec:
            detail = "Add `refresh_token_env`, the NAME of the variable with the refresh token."
            yield Problem(("refresh",), codes.REFRESH_WITHOUT_TOKEN, detail, needs=_IN_REFRESH[0])
        if wants != ("client_secret_env" in spec):
            detail = "Only `token_endpoint_auth: client_secret_…` needs `client_secret_env`."
            what = codes.CLIENT_SECRET_UNSETTLED
            yield Problem(("refresh",), what, detail, needs=_IN_REFRESH[1])
    else:
        for name in _IN_REFRESH:
            if name in spec:
                detail = f"`{name}` needs `refresh`, which is missing."
                yield Problem((name,), codes.OPTION_WITHOUT_PARTNER, detail, needs="refresh")


def _in_one_spelling(moment: Any) -> str | None:
    """Return a time in UTC and in one form, or None if the text is no time or has no zone."""
    try:
        read = datetime.fromisoformat(str(moment))
    except ValueError:
        return None
    return read.astimezone(UTC).isoformat() if read.tzinfo else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def to_wire(spec: Spec, _ids: Ids) -> Body:
    """Return the request body for a credential's spec, or for a part of it.

    A whole spec gives the body of a create, with the fields that cannot change later. A part gives
    the body of a rotation: the request that replaces the secrets of a live credential. A secret
    without a value is not sent.
    """
    # If a variable is unset, its field is left out of the request, so the live secret stays.
    known = {name: value for name, value in spec.items() if not isinstance(value, MissingSecret)}
    known = revealed(known)
    body: Body = {"name": known["name"]} if "name" in known else {}
    auth = {wire: known[name] for name, wire in _SECRETS.items() if known.get(name)}
    auth |= {name: known[name] for name in _PLAIN if name in known}
    # The vault cannot change, so only the body of a create contains it.
    is_new = "vault" in known
    if refresh := _refresh_to_wire(known, is_new=is_new):
        auth["refresh"] = refresh
    # A rotation that changes no part of `auth`, such as one of the metadata alone, has none of it.
    if auth and "type" in known:
        body["auth"] = {"type": known["type"], **auth}
    return body


def _refresh_to_wire(known: Mapping[str, Any], *, is_new: bool) -> Body:
    """Return the field `refresh` of a request body. In a rotation it contains only the new secrets."""
    refresh = known.get("refresh") or {}
    client = {"type": refresh.get("token_endpoint_auth", "none")}
    if known.get("client_secret_env"):
        client["client_secret"] = known["client_secret_env"]
    token = known.get("refresh_token_env")
    body: Body = {"refresh_token": token} if token else {}
    if is_new and refresh:
        return {**refresh, **body, "token_endpoint_auth": client}
    return {**body, **({"token_endpoint_auth": client} if "client_secret" in client else {})}


def from_wire(row: Row) -> NormalForm:
    """Return a live credential in normal form. It has no secret, because the server returns none."""
    auth = row.get("auth") or {}
    spec: dict[str, Any] = {"vault": RemoteId("vault", str(row.get("vault_id")))}
    spec |= {"name": row["name"]} if row.get("name") else {}
    spec |= {name: auth[name] for name in ("type", *_PLAIN) if auth.get(name) is not None}
    if isinstance(refresh := auth.get("refresh"), Mapping):
        known = {name: value for name, value in refresh.items() if value is not None}
        # A manifest has the method alone, because the client's secret is a field of its own.
        client = known.get("token_endpoint_auth") or {}
        spec["refresh"] = {**known, "token_endpoint_auth": client.get("type", "none")}
    if theirs := user_metadata(row.get("metadata") or {}):
        spec["metadata"] = theirs
    return NormalForm(spec)


def complete(spec: Spec) -> Spec:
    """Return a spec in which equal values are written alike.

    In `refresh`, a missing `token_endpoint_auth` is `none`. Times are in UTC, and hosts are in lower
    case.
    """
    filled = dict(spec)
    if moment := _in_one_spelling(spec.get("expires_at")):
        filled["expires_at"] = moment
    if isinstance(refresh := spec.get("refresh"), Mapping):
        filled["refresh"] = {"token_endpoint_auth": "none", **refresh}
    if isinstance(networking := spec.get("networking"), Mapping):
        # The server stores hosts in lower case.
        hosts = [host.lower() for host in networking.get("allowed_hosts") or ()]
        filled["networking"] = {**networking, **({"allowed_hosts": hosts} if hosts else {})}
    return filled


_NOT_ECHOED: Final = frozenset({*_SECRETS, *_IN_REFRESH})
"""The fields that the server never returns."""

KIND: Final = Kind(
    name="credential",
    title="Credential",
    summary=(
        "One secret in a Vault. The secret is in an environment variable. It is read when the "
        "credential is applied, and never shown."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["vault", "type"],
        "properties": dict(PROPERTIES),
        "x-hints": {
            "token": "A manifest must not contain a secret. Name its variable in `token_env`.",
            "access_token": "A manifest must not contain a secret. Name its variable in `access_token_env`.",
            "secret_value": "A manifest must not contain a secret. Name its variable in `secret_value_env`.",
            "value": "A manifest must not contain a secret. Name its variable in `secret_value_env`.",
        },
        "examples": [
            {
                "vault": "shop-systems",
                "type": "static_bearer",
                "mcp_server_url": "https://mcp.example.com/warehouse",
                "token_env": "WAREHOUSE_TOKEN",
            }
        ],
    },
    references={"vault": "vault"},
    check=check,
    # The API can only rotate the secrets of a live credential, and set their expiry and its metadata.
    immutable=frozenset(
        {"vault", "name", "type", "mcp_server_url", "refresh", "secret_name", "networking"}
    ),
    secrets=tuple(sorted(_NOT_ECHOED)),
    reaching=frozenset({"token_env"}),
    bindings={
        "agents": Binding(
            collection="vaults/credentials",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                not_echoed=_NOT_ECHOED,
                computed=frozenset({"expires_at"}),
                # The server refreshes OAuth tokens itself, so their date is not that of our last write.
                dates_our_writes=lambda spec: spec.get("type") != "mcp_oauth",
                sent_together=(frozenset({*_NOT_ECHOED, "type", "expires_at", "refresh"}),),
            ),
            parent="vault",
        )
    },
)
