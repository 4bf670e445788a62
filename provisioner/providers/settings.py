"""Reads the address and the key of a target from the Stack, the environment and `.env`.

`open_target` calls it before it connects. The variables are those that the official SDK reads. They
are read here, because the SDK would send the keys that it finds to any host.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from provisioner.model.codes import servers as server_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.errors import ProviderError, Unauthorized
from provisioner.model.frozen import frozen
from provisioner.model.stack import is_openai, web_address
from provisioner.providers.hosts import ALLOWED_HOSTS, allowance, is_allowed, matches
from provisioner.providers.variables import environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.model.stack import Target, WorkloadIdentity

OPENAI = "https://api.openai.com/v1"
EXCHANGE = "https://auth.openai.com/oauth/token"
"""The address at which a machine exchanges its own token for an OpenAI token."""
EMBEDDED, FOUNDRY = "embedded", "foundry"
FOUNDRY_HOSTS = "*.services.ai.azure.com"
"""The hosts of Microsoft Foundry."""
FOUNDRY_PROJECT = "/api/projects/"
"""The path before the name of a project in the address of a Foundry target."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# GitHub Actions sets these variables in a job that may ask for a token of its own.
RUNNER_URL, RUNNER_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
DATA = Path(".provisioner", "embedded.sqlite")
"""The data of the embedded server if the target names no file."""
NO_KEY = "none"
"""The token that is sent if a target with a `base_url` names no key.

Some local servers refuse a request without a token, but accept any token.
"""


@frozen
class Settings:
    """Everything that a connection needs.

    `data` is the file of the embedded server, and None for every other target. `api_key_env` is the
    variable that contained the key, which error messages name. There is no key if `foundry` is
    true, because an Entra token is used then, nor if there is an `identity`. `runner` contains the
    variables with which a GitHub job asks for its token. `whence` is a sentence that says where
    `base_url` was set.
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
        """The texts that are never shown, even if a server repeats them in an answer."""
        password = _parts(self.base_url).password or ""
        return (self.api_key, *self.headers.values(), password, self.runner.get(RUNNER_TOKEN, ""))


def describe(target: Target, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return (host, project) of a target, which the head of a plan shows.

    It needs no key and raises nothing.
    """
    if target.server == EMBEDDED:
        return EMBEDDED, ""
    known = environment(environ)
    base_url = _told_address(target, known)
    if target.server == FOUNDRY:
        return _host(base_url), _parts(base_url).path.partition(FOUNDRY_PROJECT)[2].strip("/")
    return _host(base_url), _own(target, known, target.project, "OPENAI_PROJECT_ID")


def account(
    target: Target, root: Path, environ: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return values that identify the account of a target, as far as the settings determine it.

    It needs no key and raises nothing. Two targets with different values may still share an
    account.
    """
    if target.server == EMBEDDED:
        return EMBEDDED, str(_data(target, root).resolve())
    known = environment(environ)
    base_url = _told_address(target, known)
    ambient = "" if target.base_url else known.get("OPENAI_CUSTOM_HEADERS", "")
    # A gateway may choose the account by a header, so headers are a part of what identifies it.
    headers = {**_custom_headers(ambient), **target.headers}
    return (
        base_url.lower(),
        str(target.workload_identity or target.api_key_env),
        _own(target, known, target.organization, "OPENAI_ORG_ID"),
        _own(target, known, target.project, "OPENAI_PROJECT_ID"),
        *(f"{name.lower()}={headers[name]}" for name in sorted(headers)),
    )


def _data(target: Target, root: Path) -> Path:
    """Return the file in which the embedded server of a target stores its data."""
    return root / target.data if target.data else Path.cwd() / DATA


def resolve(target: Target, root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `target`, completed from the environment. Raises ProviderError."""
    if target.server == EMBEDDED:
        data = _data(target, root)
        return Settings(target.name, f"http://{EMBEDDED}/v1", NO_KEY, data=data)
    known = environment(environ)
    base_url = _address(target, known)
    allowed = known.get(ALLOWED_HOSTS)
    _check_allowed(target, base_url, allowed)
    if target.server == FOUNDRY:
        return _foundry(target, base_url, allowed)
    identity = target.workload_identity
    runner = _runner(target, base_url, known) if identity else {}
    variable = target.api_key_env or ("" if target.base_url or identity else "OPENAI_API_KEY")
    # Headers of the environment may belong to another server, like the other settings (see `_own`).
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
            f"Target {target.name} would send requests to {host}, and an Entra token is sent to "
            f"{FOUNDRY_HOSTS} only. Nothing was sent. If this host is a gateway in front of Foundry, "
            f"list it in {ALLOWED_HOSTS}.",
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
    """Return the variables with which a GitHub job asks for its token, and {} for other identities.

    Raises ProviderError if the token would be sent to a host that is not allowed.
    """
    if not is_openai(base_url):
        raise ProviderError(
            stack_codes.IDENTITY_FOR_OPENAI_ONLY,
            f"Target {target.name} would send requests to {_host(base_url)}, and the token of a workload identity "
            "is sent to OpenAI only. Nothing was sent. Remove the target's base_url and unset "
            "OPENAI_BASE_URL, or give the target a key.",
        )
    # Tokens of the machine are sent to further hosts, so these must be allowed as well.
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


def _own(target: Target, known: Mapping[str, str], given: str, variable: str) -> str:
    """Return `given`, or else the value of a variable.

    A target with a `base_url` never takes a setting from the environment, because that setting may
    belong to another server.
    """
    return given or ("" if target.base_url else known.get(variable, ""))


def _key(target: Target, known: Mapping[str, str], variable: str) -> str:
    """Return the API key from a variable.

    Raises Unauthorized if it is not set or cannot be a header.
    """
    if not variable:
        return NO_KEY
    # A key that was pasted into a secret of a pipeline often ends in a line break, which no header
    # may contain.
    if key := known.get(variable, "").strip():
        if not (key.isascii() and key.isprintable()):
            detail = f"{variable} contains a line break or a non-ASCII character. Nothing was sent."
            raise Unauthorized(server_codes.KEY_UNUSABLE, f"{detail} Copy the key again.")
        return key
    where = f"api_key_env of target {target.name}" if target.api_key_env else "this target's key"
    raise Unauthorized(
        server_codes.KEY_MISSING,
        f"{variable} is not set, neither in the environment nor in .env ({where}). Set it there; "
        "no other variable is used in its place.",
    )


def _custom_headers(text: str) -> dict[str, str]:
    """Return the headers of a text with one `NAME: VALUE` on each line."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _host(url: str) -> str:
    """Return the host and port of a URL, without a user and password."""
    return _parts(url).netloc.rpartition("@")[2]


def _address(target: Target, known: Mapping[str, str]) -> str:
    """Return the address of a target.

    Raises ProviderError for an unusable address. The message repeats no part of that address,
    because it may contain a password.
    """
    try:
        return web_address(target.base_url or known.get("OPENAI_BASE_URL") or OPENAI)
    except ValueError as error:
        where = "It is set in the Stack" if target.base_url else "It is set in OPENAI_BASE_URL"
        raise ProviderError(
            server_codes.NOT_A_WEB_ADDRESS,
            f"The base_url of target {target.name} cannot be used: {error}. It should look like "
            f"https://HOST/v1. {where}. Put a key into the variable that `api_key_env` names, and "
            "everything else that the server needs into `headers`.",
        ) from None


def _whence(target: Target, known: Mapping[str, str]) -> str:
    """Return a sentence that says where the address of a target was set."""
    if not target.base_url:
        if known.get("OPENAI_BASE_URL"):
            return f"The address comes from OPENAI_BASE_URL: target {target.name} has no base_url."
        return f"It is OpenAI's own address, because target {target.name} has no base_url."
    at = f" ({target.origin})" if target.origin else ""
    given = f", and comes from {' and '.join(target.address_variables)}"
    comes = given if target.address_variables else ""
    return f"It is the base_url of target {target.name}{at}{comes}."


def _told_address(target: Target, known: Mapping[str, str]) -> str:
    """Return the address of a target for a message, even if it cannot be used. It raises nothing."""
    url = target.base_url or known.get("OPENAI_BASE_URL") or OPENAI
    try:
        return web_address(url)
    except ValueError:
        return url


def _check_allowed(target: Target, url: str, allowed: str | None) -> None:
    """Raise ProviderError if PROVISIONER_ALLOWED_HOSTS does not allow the host of `url`."""
    host = (_parts(url).hostname or "").lower()
    if is_allowed(host, allowed):
        return
    raise ProviderError(
        server_codes.HOST_NOT_ALLOWED,
        f"Target {target.name} would send requests to {host}, and {allowance(allowed)}. Nothing was "
        f"sent. Use another target, or have this host added to {ALLOWED_HOSTS}.",
    )
