"""Workload identity: it exchanges the token of this machine for an OpenAI token.

Only this module imports the official SDK, whose `openai.auth` fetches and exchanges such tokens.
`client.py` imports this module only for a target that has a `workload_identity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import openai
from openai.auth import (
    SubjectTokenProvider,
    WorkloadIdentityAuth,
    azure_managed_identity_token_provider,
    gcp_id_token_provider,
    k8s_service_account_token_provider,
)

from provisioner.model.codes import servers as codes
from provisioner.model.errors import Unauthorized, Unreachable
from provisioner.providers import bodies
from provisioner.providers.bearer import Bearer, TokenRedactor
from provisioner.providers.retries import Delivery, Fault
from provisioner.providers.settings import EXCHANGE, RUNNER_TOKEN, RUNNER_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from provisioner.model.stack import WorkloadIdentity

AUDIENCE = "https://api.openai.com/v1"
"""The audience of the machine's token if the target names none."""
MANAGEMENT = "https://management.azure.com/"
"""The resource for which Azure issues the machine's token if the target names none."""
MOUNTED = "/var/run/secrets/kubernetes.io/serviceaccount/token"
"""The path at which Kubernetes places the token of a pod."""
SECONDS = 10.0
"""Seconds that a request for the machine's own token may take."""


def workload_bearer(
    identity: WorkloadIdentity,
    runner: Mapping[str, str],
    host: str,
    redact: Callable[[str], str],
) -> Bearer:
    """Return a Bearer whose tokens are OpenAI tokens for this machine. No token is fetched yet.

    `runner` contains the variables of a GitHub job, and `host` is the API's, for messages.
    """
    advice = (
        "Exactly one mapping of the identity provider must match this machine, and the service "
        f"account {identity.service_account_id} needs the permission for this request."
    )
    redactor = TokenRedactor(redact)
    return Bearer(Exchanged(identity, subject(identity, runner), redactor), host, advice, redactor)


class Exchanged:
    """Exchanges the token of this machine for an OpenAI token, and renews it, by means of the SDK.

    One instance is the source of tokens of one `Bearer`. The SDK could sign the requests itself.
    But then a failure of the exchange would look like a failure of the request, as if the request
    had perhaps been performed.
    """

    def __init__(
        self,
        identity: WorkloadIdentity,
        provider: SubjectTokenProvider,
        redactor: TokenRedactor,
        exchange: str = EXCHANGE,
    ) -> None:
        self._identity = identity
        self._exchange = exchange
        self._redact = redactor

        # An error of the exchange may repeat the machine's own token, which is a secret too.
        def get_token() -> str:
            return redactor.keep(provider["get_token"]())

        self._auth = WorkloadIdentityAuth(
            workload_identity={
                "identity_provider_id": identity.identity_provider_id,
                "service_account_id": identity.service_account_id,
                "provider": {"token_type": provider["token_type"], "get_token": get_token},
            },
            token_exchange_url=exchange,
        )

    def get_token(self) -> str:
        try:
            return self._auth.get_token()
        except openai.OAuthError as error:
            raise self._refused(error) from None
        except (openai.OpenAIError, httpx2.HTTPError, RuntimeError) as error:
            # If two threads need a token, one of them fetches it for both. If that fails, the SDK
            # raises RuntimeError in the other.
            why = self._redact(str(error)) or type(error).__name__
            # NEVER_SENT lets the API request be tried again: it was not sent, for want of a token.
            detail = (
                f"{_host(self._exchange)} did not exchange the token ({why}). No request was sent."
            )
            raise Fault(Delivery.NEVER_SENT, Unreachable(codes.EXCHANGE_FAILED, detail)) from None

    def invalidate_token(self, token: str | None = None) -> None:
        self._auth.invalidate_token(token)

    def _refused(self, error: openai.OAuthError) -> Fault:
        """Return the Fault for a token of this machine that OpenAI does not accept."""
        identity, said = self._identity, self._redact(error.message)
        detail = (
            f"{_host(self._exchange)} answered {error.status_code} to the token of this machine, "
            f"sent for the service account {identity.service_account_id} and the identity provider "
            f"{identity.identity_provider_id}. It said: {said}\nExactly one mapping of the identity "
            "provider must match this machine's token, including its audience."
        )
        code = codes.IDENTITY_REFUSED
        return Fault(Delivery.REFUSED, Unauthorized(code, detail, error.status_code))


def subject(
    identity: WorkloadIdentity,
    runner: Mapping[str, str],
    metadata: Callable[[], httpx2.Client] | None = None,
) -> SubjectTokenProvider:
    """Return the SDK's source of this machine's own token.

    `runner` contains the variables of a GitHub job. `metadata` opens an HTTP client for the
    metadata service of a cloud; the tests replace it.
    """
    open_client = metadata or _metadata_client

    def github() -> str:
        return github_token(runner, identity.audience or AUDIENCE)

    def kubernetes() -> str:
        path = identity.token_file or MOUNTED
        return _asked("kubernetes", k8s_service_account_token_provider(path))

    def azure() -> str:
        resource, client_id = identity.audience or MANAGEMENT, identity.client_id or None
        with open_client() as client:
            provider = azure_managed_identity_token_provider(
                resource, client_id=client_id, http_client=client
            )
            return _asked("azure", provider)

    def gcp() -> str:
        with open_client() as client:
            return _asked(
                "gcp", gcp_id_token_provider(identity.audience or AUDIENCE, http_client=client)
            )

    ways = {"github": github, "kubernetes": kubernetes, "azure": azure, "gcp": gcp}
    return {
        "token_type": "id" if identity.provider == "gcp" else "jwt",
        "get_token": ways[identity.provider],
    }


def _asked(name: str, provider: SubjectTokenProvider) -> str:
    """Return a token from one of the SDK's sources. Raises Fault."""
    try:
        return provider["get_token"]()
    except openai.OpenAIError as error:
        raise _no_token(name, str(error).removesuffix(".")) from None


def github_token(runner: Mapping[str, str], audience: str) -> str:
    """Return the token of the running GitHub Actions job for an audience. Raises Fault."""
    url, headers = runner[RUNNER_URL], {"Authorization": f"Bearer {runner[RUNNER_TOKEN]}"}
    try:
        # The request contains a token of the job, which must not reach another host.
        with httpx2.Client(timeout=SECONDS, follow_redirects=False) as client:
            address = httpx2.URL(url).copy_merge_params({"audience": audience})
            response = client.get(address, headers=headers)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        why = f"{_host(url)} cannot be reached ({type(error).__name__})"
        raise _no_token("github", why, Delivery.NEVER_SENT) from None
    if response.status_code != httpx2.codes.OK:
        # NEVER_SENT lets the API request be tried again, because an error of the server may pass.
        delivery = Delivery.NEVER_SENT if response.is_server_error else Delivery.REFUSED
        raise _no_token("github", f"{_host(url)} answered {response.status_code}", delivery)
    body = bodies.parsed(response)
    token = body.get("value") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise _no_token("github", f"the answer of {_host(url)} contains no token")
    return token


def _metadata_client() -> httpx2.Client:
    """Return a client for the cloud's metadata service.

    It ignores the environment's proxies, because a proxy must not see the token.
    """
    return httpx2.Client(timeout=SECONDS, trust_env=False)


def _no_token(provider: str, why: str, delivery: Delivery = Delivery.REFUSED) -> Fault:
    """Return the Fault for a machine that gets no token of its own."""
    advice = {
        "github": "The job needs `permissions: {id-token: write}`.",
        "kubernetes": "The pod needs a projected service account token at that path.",
        "azure": "This works on an Azure machine that has a managed identity.",
        "gcp": "This works on a Google Cloud machine that has a service account.",
    }[provider]
    detail = (
        f"This machine asked for a token as a workload of {provider}: {why}. No request was sent to "
        f"the API.\n{advice}"
    )
    return Fault(delivery, Unauthorized(codes.NO_MACHINE_TOKEN, detail))


def _host(url: str) -> str:
    try:
        return httpx2.URL(url).host
    except httpx2.InvalidURL:
        return "an invalid address"
