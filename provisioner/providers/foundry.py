"""Microsoft Foundry classic: the Assistants API at a project's endpoint, with Entra tokens.

A Foundry target differs in three ways: every query has an `api-version`, a token replaces the key,
and threads can be listed. `azure-identity` is an optional dependency, which is imported only for a
Foundry target.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

from provisioner.model.codes import servers as codes
from provisioner.model.distribution import install_extra
from provisioner.model.errors import ProviderError, Unauthorized
from provisioner.providers.bearer import Bearer, TokenRedactor
from provisioner.providers.openai import OpenAIProvider
from provisioner.providers.retries import Delivery, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

SCOPE = "https://ai.azure.com/.default"
EARLY = 300.0
"""Seconds before its expiry at which a token is renewed. A token that lives shorter than twice this
time is renewed at half its life.
"""
ADVICE = "The identity needs a role on the project that may use agents, such as Azure AI User."
HELP = (
    "On your machine, sign in with `az login`. In a pipeline, set AZURE_CLIENT_ID, AZURE_TENANT_ID and "
    "a federated token or a secret. A machine on Azure uses its managed identity."
)


class AccessToken(Protocol):
    """A token as `azure-identity` returns it. `expires_on` is in unix seconds."""

    @property
    def token(self) -> str: ...

    @property
    def expires_on(self) -> int: ...


class Credential(Protocol):
    """The part of a credential of `azure-identity` that is used here."""

    def get_token(self, *scopes: str) -> AccessToken: ...


class Entra:
    """Fetches tokens from Entra, and stores each of them until shortly before it expires.

    It stores a token because some credentials start a program for each fetch. `failures` are the
    exceptions that the credential raises.
    """

    def __init__(
        self,
        credential: Credential,
        failures: tuple[type[Exception], ...],
        redactor: TokenRedactor,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._credential = credential
        self._failures = failures
        self._redact = redactor
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._renewal = 0.0

    def get_token(self) -> str:
        # The lock is held during the fetch, so that several threads together fetch one token.
        with self._lock:
            if not self._token or self._clock() >= self._renewal:
                fetched = self._fetch()
                left = fetched.expires_on - self._clock()
                self._token = fetched.token
                # A token that lives only for minutes would otherwise be fetched for every request.
                self._renewal = fetched.expires_on - min(EARLY, left / 2)
            return self._token

    def invalidate_token(self, token: str | None = None) -> None:
        with self._lock:
            if token in {None, self._token}:
                self._token = ""

    def _fetch(self) -> AccessToken:
        """Return a new token. Raises Fault if Entra issues none."""
        try:
            return self._credential.get_token(SCOPE)
        except self._failures as error:
            why = self._redact(str(error)) or type(error).__name__
            detail = f"No request was sent. azure-identity said: {why}\n{HELP}"
            raise Fault(Delivery.REFUSED, Unauthorized(codes.ENTRA_NO_TOKEN, detail)) from None


def entra_bearer(host: str, redact: Callable[[str], str]) -> Bearer:
    """Return a Bearer with the identity that Entra finds on this machine. No token is fetched yet.

    Raises ProviderError if `azure-identity` is not installed.
    """
    try:
        from azure.core.exceptions import AzureError
        from azure.identity import DefaultAzureCredential
    except ImportError as error:
        raise ProviderError(
            codes.NO_AZURE_LIBRARY,
            "A target with `server: foundry` gets its token through it. Install it with: "
            f"{install_extra('foundry', 'azure-identity')}",
        ) from error
    try:
        credential = DefaultAzureCredential()
    except (AzureError, ValueError) as error:
        detail = f"azure-identity said: {redact(str(error))}\n{HELP}"
        raise Unauthorized(codes.ENTRA_SETTINGS, detail) from None
    redactor = TokenRedactor(redact)
    return Bearer(Entra(credential, (AzureError,), redactor), host, ADVICE, redactor)


class FoundryProvider(OpenAIProvider):
    """An OpenAIProvider that can also list threads, which only Foundry offers."""

    def _lacks(self, collection: str) -> frozenset[str]:
        return super()._lacks(collection) - ({"list"} if collection == "threads" else set())
