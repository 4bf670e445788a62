"""Access to targets without a stored key: Microsoft Foundry, and workload identities.

This module has the schemas of these settings, the checks that a schema cannot express, and the date
on which Foundry's Assistants API ends. `stack_targets` and `target_schema` use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from provisioner.kinds.shared import SECRET_HEADERS
from provisioner.model.code import Code
from provisioner.model.codes import stacks as codes
from provisioner.model.stack import WorkloadIdentity, is_openai, web_address
from provisioner.runtimes import RUNTIMES
from provisioner.source.manifest import Place

if TYPE_CHECKING:
    from provisioner.kinds.shared import Schema

FOUNDRY: Final = "foundry"
API_VERSION: Final = "v1"
RETIREMENT: Final = date(2027, 3, 31)
"""The day on which Microsoft ends the Assistants API of Foundry classic."""
NOTICE_DAYS: Final = 180
"""The number of days before RETIREMENT on which warnings about it begin."""
_PROJECT: Final = re.compile(r"https?://[^/?#]+/api/projects/[^/?#]+/?")
_ONLY_WITH: Final = {
    "audience": ("github", "azure", "gcp"),
    "token_file": ("kubernetes",),
    "client_id": ("azure",),
}
"""For each of these settings of `workload_identity`, the identity providers that use it."""
_FOREIGN_TO_FOUNDRY: Final = {
    "api_key_env": (
        "Foundry takes no key, but an Entra token, which is fetched when it is needed. Remove the"
        " setting."
    ),
    "workload_identity": (
        "Foundry takes an Entra token, and Entra has a federation of identities of its own. Remove"
        " the setting."
    ),
    "organization": "Only OpenAI's own API has organizations. Remove the setting.",
    "project": "The end of `base_url` names a Foundry project. Remove the setting.",
}

_NO_VERSION: Final = "Only a target with `server: foundry` has an `api_version`. Remove it."

_IDENTIFIER: Final[Schema] = {"type": "string", "minLength": 1}

PROPERTIES: Final[Mapping[str, Schema]] = {
    "api_version": {
        "type": "string",
        "minLength": 1,
        "description": f"With `server: foundry`: the API's version. Default {API_VERSION}.",
    },
    "workload_identity": {
        "type": "object",
        "description": (
            "Replaces the key on OpenAI's own host. The identity of this machine is exchanged "
            "for a token that expires by itself."
        ),
        "required": ["provider", "identity_provider_id", "service_account_id"],
        "additionalProperties": False,
        "properties": {
            "provider": {
                "enum": ["github", "kubernetes", "azure", "gcp"],
                "description": (
                    "The provider of this machine's identity: GitHub Actions, a Kubernetes "
                    "service account, an Azure managed identity, or a Google Cloud VM."
                ),
            },
            "identity_provider_id": {
                **_IDENTIFIER,
                "description": "The id that OpenAI gave to the identity provider.",
            },
            "service_account_id": {
                **_IDENTIFIER,
                "description": "The id of OpenAI's service account whose rights the token has.",
            },
            "audience": {
                **_IDENTIFIER,
                "description": (
                    "The audience of the machine's token, spelled as at the identity provider. "
                    "Default `https://api.openai.com/v1`; on Azure, a resource: "
                    "`https://management.azure.com/`."
                ),
            },
            "token_file": {
                **_IDENTIFIER,
                "description": (
                    "With `provider: kubernetes`: the file of the mounted token. Default: the "
                    "file at which Kubernetes mounts it."
                ),
            },
            "client_id": {
                **_IDENTIFIER,
                "description": (
                    "With `provider: azure`: the client id of the managed identity. Needed if "
                    "the machine has several."
                ),
            },
        },
        "x-hints": {
            "token": "Never write a token into a manifest: it is fetched when it is needed."
        },
    },
}


def problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems of a target's settings as they are written: place, code and detail of each."""
    yield from _secret_headers(settings)
    yield from _address(settings)
    if settings.get("server") == FOUNDRY:
        # These rules cover the settings below too: Foundry takes neither a key nor an identity.
        yield from _foundry_problems(settings)
        return
    if "api_version" in settings:
        yield ("api_version",), codes.API_VERSION_WITHOUT_FOUNDRY, _NO_VERSION
    if isinstance(settings.get("workload_identity"), dict):
        yield from _identity_problems(settings, settings["workload_identity"])


def filled_problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems that show only after variables are replaced: place, code and detail of each."""
    url = settings.get("base_url")
    if not isinstance(url, str):
        return
    if settings.get("server") == FOUNDRY and not _PROJECT.fullmatch(url):
        detail = (
            "The endpoint of a Foundry project looks like"
            " `https://RESOURCE.services.ai.azure.com/api/projects/PROJECT`."
        )
        yield ("base_url",), codes.NOT_A_FOUNDRY_ENDPOINT, detail
    if settings.get("workload_identity") and not is_openai(url):
        detail = (
            "The token of a workload identity is valid only at OpenAI, and is"
            " never sent to another host. Remove `base_url`, or name an `api_key_env`."
        )
        yield ("base_url",), codes.IDENTITY_FOR_OPENAI_ONLY, detail


def identity_of(settings: Mapping[str, Any]) -> WorkloadIdentity | None:
    """Return the workload identity of a target; None if it has none, or if a required setting is missing."""
    given, known = settings.get("workload_identity"), PROPERTIES["workload_identity"]
    # The schema reports what is missing. Without all of it, no token can be asked for.
    if not isinstance(given, dict) or not given.keys() >= set(known["required"]):
        return None
    return WorkloadIdentity(**{key: str(given[key]) for key in known["properties"] if key in given})


def retirement(settings: Mapping[str, Any], today: date) -> tuple[Code, str] | None:
    """Return the code and the detail of a warning that Foundry's API ends soon or has ended.

    Return None for other servers, and more than NOTICE_DAYS before the end.
    """
    left = (RETIREMENT - today).days
    if settings.get("server") != FOUNDRY or left > NOTICE_DAYS:
        return None
    ways = (
        "The same manifests work on OpenAI's platform: give the Stack a target of the runtime"
        " `responses` or `agents`."
    )
    if left < 0:
        return codes.FOUNDRY_RETIRED, f"Microsoft ended it on {RETIREMENT}. {ways}"
    return codes.FOUNDRY_RETIRES_SOON, f"Microsoft ends it on {RETIREMENT}. {ways}"


def today() -> date:
    """Return today's date in UTC."""
    # In UTC, so that every machine begins to warn at the same moment.
    return datetime.now(UTC).date()


def not_an_address(error: ValueError) -> str:
    """Return the message for a `base_url` that cannot be used.

    The message repeats no part of the address, which may contain a key.
    """
    return (
        f"`base_url` has to be an address such as `https://HOST/v1`, and {error}. Put a key into"
        " the variable that `api_key_env` names, and everything else that the server needs into"
        " `headers`."
    )


def _address(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problem of a `base_url` that is no valid address.

    An address with variables is checked later, when their values are known.
    """
    url = settings.get("base_url")
    if not isinstance(url, str) or "${" in url:
        return
    try:
        web_address(url)
    except ValueError as error:
        yield ("base_url",), codes.NOT_AN_ADDRESS, not_an_address(error)


def _secret_headers(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield a problem for each header that usually holds a secret and is written without a variable."""
    headers = settings.get("headers")
    for header, value in headers.items() if isinstance(headers, dict) else ():
        if str(header).lower() in SECRET_HEADERS and "${" not in str(value):
            detail = (
                f"The header `{header}` holds a secret, which must not be written into a manifest."
                " Put it into an environment variable and write `${env:NAME}`. Replace the secret that"
                " is written here: others may have read it."
            )
            yield ("headers", header), codes.SECRET_IN_HEADERS, detail


_ON_FOUNDRY: Final = tuple(name for name, one in RUNTIMES.items() if one.is_on_foundry)


def _foundry_problems(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems of a target with `server: foundry`."""
    if settings.get("runtime") not in _ON_FOUNDRY:
        detail = f"Foundry classic has only assistants: write `runtime: {_ON_FOUNDRY[0]}`."
        yield ("runtime",), codes.NO_FOUNDRY_RUNTIME, detail
    if "base_url" not in settings:
        detail = (
            "Name the project's endpoint:"
            " `base_url: https://RESOURCE.services.ai.azure.com/api/projects/PROJECT`."
        )
        yield (), codes.FOUNDRY_WITHOUT_ENDPOINT, detail
    for key, detail in _FOREIGN_TO_FOUNDRY.items():
        if key in settings:
            yield (key,), codes.NOT_A_FOUNDRY_SETTING, detail


def _identity_problems(
    settings: Mapping[str, Any], identity: Mapping[str, Any]
) -> Iterator[tuple[Place, Code, str]]:
    """Yield the problems of a target with `workload_identity`."""
    place = ("workload_identity",)
    if "server" in settings:
        detail = "The embedded server asks for no credentials. Remove `workload_identity`."
        yield place, codes.IDENTITY_WITHOUT_USE, detail
    if "api_key_env" in settings:
        detail = "A target uses either a key or a workload identity: remove one of the two."
        yield place, codes.KEY_AND_IDENTITY, detail
    provider = identity.get("provider")
    for key, providers in _ONLY_WITH.items():
        if key in identity and isinstance(provider, str) and provider not in providers:
            detail = f"`{key}` has no meaning for the provider `{provider}`: remove it."
            yield (*place, key), codes.NOT_A_PROVIDER_SETTING, detail
