"""Reads the address and the key of a target from the Stack, the environment and `.env`.

The variables are those that the official SDK reads. They are read here once, before anything is
connected, because the SDK would send the keys that it finds to any host.
"""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from provisioner.model.codes import servers as server_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.errors import ProviderError, Unauthorized
from provisioner.model.frozen import frozen
from provisioner.model.stack import is_openai, web_address
from provisioner.providers.hosts import ALLOWED_HOSTS, allowance, is_allowed, matches, narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.stack import Target, WorkloadIdentity

OPENAI = "https://api.openai.com/v1"
EXCHANGE = "https://auth.openai.com/oauth/token"
"""The address at which a machine's token is exchanged for one of OpenAI's."""
EMBEDDED, FOUNDRY = "embedded", "foundry"
FOUNDRY_HOSTS = "*.services.ai.azure.com"
FOUNDRY_PROJECT = "/api/projects/"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
RUNNER_URL, RUNNER_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
DATA = Path(".provisioner", "embedded.sqlite")
NO_KEY = "none"
"""The token that is sent if a target with a `base_url` names no key. A local server may want any token."""


@frozen
class Settings:
    """Everything that a connection needs. `data` is set only for the embedded server.

    `api_key_env` is the variable that the key came from, which error messages name. There is no key if
    `foundry` is true, because an Entra token is used then, nor if there is an `identity`. `runner` holds
    the variables with which a GitHub job asks for its token. `whence` is a sentence that says where
    `base_url` comes from.
    """

    target: str
    base_url: str
    api_key: str = field(repr=False)
    api_key_env: str = ""
    organization: str = ""
    project: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    data: Path | None = None
    foundry: bool = False
    api_version: str = ""
    identity: WorkloadIdentity | None = None
    runner: Mapping[str, str] = field(default_factory=dict, repr=False)
    whence: str = ""

    @property
    def host(self) -> str:
        return _host(self.base_url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that are never shown, even if a server repeats them to us."""
        password = _parts(self.base_url).password or ""
        return (self.api_key, *self.headers.values(), password, self.runner.get(RUNNER_TOKEN, ""))


def describe(target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return (host, project) of a target, for a plan's head. Needs no key and raises nothing."""
    if target.server == EMBEDDED:
        return EMBEDDED, ""
    known = _environment(environ)
    base_url = _told_address(target, known)
    if target.server == FOUNDRY:
        return _host(base_url), _parts(base_url).path.partition(FOUNDRY_PROJECT)[2].strip("/")
    return _host(base_url), _own(target, known, target.project, "OPENAI_PROJECT_ID")


def account(
    target: Target, root: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return values that identify a target's account, as far as the settings tell.

    It needs no key and raises nothing. Two targets with different values may still share an account.
    """
    if target.server == EMBEDDED:
        return EMBEDDED, str(_data(target, root).resolve())
    known = _environment(environ)
    base_url = _told_address(target, known)
    ambient = "" if target.base_url else known.get("OPENAI_CUSTOM_HEADERS", "")
    headers = {**_custom_headers(ambient), **target.headers}
    return (
        base_url.lower(),
        str(target.workload_identity or target.api_key_env),
        _own(target, known, target.organization, "OPENAI_ORG_ID"),
        _own(target, known, target.project, "OPENAI_PROJECT_ID"),
        *(f"{name.lower()}={headers[name]}" for name in sorted(headers)),
    )


def _data(target: Target, root: Path) -> Path:
    """Return the file in which the embedded server keeps its data."""
    return root / target.data if target.data else Path.cwd() / DATA


def resolve(target: Target, root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `target`, completed from the environment. Raises ProviderError."""
    if target.server == EMBEDDED:
        data = _data(target, root)
        return Settings(target.name, f"http://{EMBEDDED}/v1", NO_KEY, data=data)
    known = _environment(environ)
    base_url = _address(target, known)
    allowed = known.get(ALLOWED_HOSTS)
    _check_allowed(target, base_url, allowed)
    if target.server == FOUNDRY:
        return _foundry(target, base_url, allowed)
    identity = target.workload_identity
    runner = _runner(target, base_url, known) if identity else {}
    variable = target.api_key_env or ("" if target.base_url or identity else "OPENAI_API_KEY")
    ambient = {} if target.base_url else _custom_headers(known.get("OPENAI_CUSTOM_HEADERS", ""))
    return Settings(
        target.name,
        base_url,
        "" if identity else _key(target, known, variable),
        variable,
        _own(target, known, target.organization, "OPENAI_ORG_ID"),
        _own(target, known, target.project, "OPENAI_PROJECT_ID"),
        {**ambient, **target.headers},
        identity=identity,
        runner=runner,
        whence=_whence(target, known),
    )


def _foundry(target: Target, base_url: str, allowed: str | None) -> Settings:
    """Return settings of a Foundry project. Raises ProviderError.

    An Entra token may be valid for other services of the user too. So it is sent only to Foundry's own
    hosts, or to hosts that PROVISIONER_ALLOWED_HOSTS names.
    """
    parts = _parts(base_url)
    host = (parts.hostname or "").lower()
    if host not in LOOPBACK and allowed is None and not matches(host, FOUNDRY_HOSTS):
        raise ProviderError(
            server_codes.NOT_A_FOUNDRY_HOST,
            f"Target {target.name} leads to {host}, and an Entra token is sent to "
            f"{FOUNDRY_HOSTS} only. Nothing was sent. If this host fronts Foundry, name it in "
            f"{ALLOWED_HOSTS}.",
        )
    if parts.scheme != "https" and host not in LOOPBACK:
        raise ProviderError(
            server_codes.TOKEN_NEEDS_HTTPS,
            f"The base_url of target {target.name} begins with http://, where anybody on the way "
            "could read the Entra token. Nothing was sent. Write https://.",
        )
    return Settings(
        target.name,
        base_url,
        "",
        headers=dict(target.headers),
        foundry=True,
        api_version=target.api_version or "v1",
        whence=_whence(target, {}),
    )


def _runner(target: Target, base_url: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which a GitHub job asks for its token; nothing for other identities.

    Raises ProviderError if the token would be sent to a host that is not allowed.
    """
    if not is_openai(base_url):
        raise ProviderError(
            stack_codes.IDENTITY_FOR_OPENAI_ONLY,
            f"Target {target.name} leads to {_host(base_url)}, and a workload's token is never "
            "sent there. Nothing was sent. The address stands in the Stack, or in OPENAI_BASE_URL.",
        )
    allowed = known.get(ALLOWED_HOSTS)
    _check_allowed(target, EXCHANGE, allowed)
    if not target.workload_identity or target.workload_identity.provider != "github":
        return {}
    found = {name: known.get(name, "").strip() for name in (RUNNER_URL, RUNNER_TOKEN)}
    for name, value in found.items():
        if not value:
            raise Unauthorized(
                server_codes.NOT_A_GITHUB_JOB,
                f"{name} is not set, and target {target.name} has the identity of a GitHub Actions "
                "job. Give the job `permissions: {id-token: write}`; elsewhere use another target.",
            )
    _check_allowed(target, found[RUNNER_URL], allowed)
    return found


def _environment(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment, completed by `.env`. An empty variable counts as unset, as in the SDK.

    PROVISIONER_ALLOWED_HOSTS differs: if it is empty, no host is allowed, and its value in `.env` can
    only forbid more hosts than the environment does.
    """
    written = read_dotenv(Path.cwd() / ".env")
    given = os.environ if environ is None else environ
    known = {**written, **given}
    fence = narrowed(given.get(ALLOWED_HOSTS), written.get(ALLOWED_HOSTS))
    if fence is not None:
        known[ALLOWED_HOSTS] = fence
    return {
        name: value
        for name, value in known.items()
        if value or (name == ALLOWED_HOSTS and value is not None)
    }


def read_dotenv(file: Path) -> dict[str, str | None]:
    """Return the variables of a `.env` file, {} if there is none. Raises ProviderError."""
    try:
        if not file.exists():
            return {}
        # Imported here, because every command looks for the file and most folders have none.
        from dotenv import dotenv_values

        return dotenv_values(file)
    except (OSError, UnicodeDecodeError) as error:
        # The file holds secrets, so no part of it is shown.
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        detail = f"{file.name} in the current folder: {why}. Mend it, or take it away."
        raise ProviderError(stack_codes.UNREADABLE_VARIABLES, detail) from None


def allowed_hosts(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the value of PROVISIONER_ALLOWED_HOSTS, None if it is not set."""
    return _environment(environ).get(ALLOWED_HOSTS)


def _own(target: Target, known: Mapping[str, str], given: str, variable: str) -> str:
    """Return a setting. Only a target without a `base_url` takes it from the environment."""
    return given or ("" if target.base_url else known.get(variable, ""))


def _key(target: Target, known: Mapping[str, str], variable: str) -> str:
    if not variable:
        return NO_KEY
    # A key that was pasted into a secret of a pipeline often ends in a line break, which no header
    # may contain.
    if key := known.get(variable, "").strip():
        if not (key.isascii() and key.isprintable()):
            detail = f"{variable} holds a line break or a character beyond ASCII. Nothing was sent."
            raise Unauthorized(server_codes.KEY_UNUSABLE, f"{detail} Copy the key once more.")
        return key
    where = f"api_key_env of target {target.name}" if target.api_key_env else "this target's key"
    raise Unauthorized(
        server_codes.KEY_MISSING,
        f"{variable} is not set, neither in the environment nor in .env ({where}). Set it there; "
        "no other variable is used in its place.",
    )


def _custom_headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _host(url: str) -> str:
    """Return host and port, without the user and password that may stand before an @."""
    return _parts(url).netloc.rpartition("@")[2]


def _address(target: Target, known: Mapping[str, str]) -> str:
    """Return the address of a target.

    Raises ProviderError, which repeats no part of a bad address.
    """
    try:
        return web_address(target.base_url or known.get("OPENAI_BASE_URL") or OPENAI)
    except ValueError as error:
        where = "It stands in the Stack" if target.base_url else "It stands in OPENAI_BASE_URL"
        raise ProviderError(
            server_codes.NOT_A_WEB_ADDRESS,
            f"The base_url of target {target.name} cannot be used: {error}. One looks like "
            f"https://HOST/v1. {where}. Put a key into the variable of the key, and everything "
            "else that the server needs into `headers`.",
        ) from None


def _whence(target: Target, known: Mapping[str, str]) -> str:
    """Return a sentence that says where the address of a target comes from."""
    if not target.base_url:
        if known.get("OPENAI_BASE_URL"):
            return f"The address comes from OPENAI_BASE_URL, for target {target.name} names none."
        return f"It is OpenAI's own address, for target {target.name} names no base_url."
    at = f" ({target.origin})" if target.origin else ""
    given = f", and comes from {' and '.join(target.address_variables)}"
    comes = given if target.address_variables else ""
    return f"It is the base_url of target {target.name}{at}{comes}."


def _told_address(target: Target, known: Mapping[str, str]) -> str:
    """Return the address for a message, even one that cannot be used. It raises nothing."""
    url = target.base_url or known.get("OPENAI_BASE_URL") or OPENAI
    try:
        return web_address(url)
    except ValueError:
        return url


def _check_allowed(target: Target, url: str, allowed: str | None) -> None:
    """Raise ProviderError for a host that PROVISIONER_ALLOWED_HOSTS does not allow."""
    host = (_parts(url).hostname or "").lower()
    if is_allowed(host, allowed):
        return
    raise ProviderError(
        server_codes.HOST_NOT_ALLOWED,
        f"Target {target.name} leads to {host}, and {allowance(allowed)}. Nothing was sent. Use "
        "another target, or have the host added.",
    )
