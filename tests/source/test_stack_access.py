"""Targets without a stored key: what their settings mean, and what is said of those that do not fit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from provisioner.model.stack import WorkloadIdentity
from provisioner.runtimes import RUNTIMES
from provisioner.source import stack_access
from tests.source.folders import errors, places

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.source import Loaded

HEAD = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  targets:
    local: {runtime: assistants}
"""
ENDPOINT = "https://acme.services.ai.azure.com/api/projects/helpdesk"
IDS = "identity_provider_id: idp_1, service_account_id: svc_1"
IDENTITY = f"workload_identity: {{provider: github, {IDS}}}"
LATER = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def _long_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_access, "today", lambda: LATER)


def stack(settings: str) -> str:
    return f"{HEAD}    it: {{{settings}}}\n"


def test_a_foundry_target_is_its_endpoint_and_a_version(
    assistant: Callable[..., Loaded],
) -> None:
    settings = (
        f"runtime: assistants, server: foundry, base_url: '{ENDPOINT}', api_version: 2025-05-01"
    )

    loaded = assistant("model: m", stack(settings), target="it", runtimes=RUNTIMES)

    assert loaded.diagnostics == ()
    assert loaded.stack
    target = loaded.stack.target
    assert (target.server, target.base_url, target.api_version) == (
        "foundry",
        ENDPOINT,
        "2025-05-01",
    )


def test_an_identity_may_take_its_ids_from_the_environment(
    assistant: Callable[..., Loaded],
) -> None:
    identity = "{provider: kubernetes, identity_provider_id: '${env:IDP}', service_account_id: s}"
    settings = f"runtime: assistants, workload_identity: {identity}"

    loaded = assistant(
        "model: m", stack(settings), target="it", runtimes=RUNTIMES, environ={"IDP": "idp_9"}
    )

    assert loaded.stack
    assert loaded.stack.target.workload_identity == WorkloadIdentity("kubernetes", "idp_9", "s")


@pytest.mark.parametrize(
    ("settings", "summary"),
    [
        (
            f"runtime: responses, server: foundry, base_url: '{ENDPOINT}'",
            "not a runtime of Foundry",
        ),
        ("runtime: assistants, server: foundry", "a Foundry target needs its endpoint"),
        (
            "runtime: assistants, server: foundry, base_url: 'https://acme.test/v1'",
            "not the endpoint of a Foundry project",
        ),
        (
            f"runtime: assistants, server: foundry, base_url: '{ENDPOINT}', api_key_env: KEY",
            "not a setting of Foundry",
        ),
        (
            f"runtime: assistants, server: foundry, base_url: '{ENDPOINT}', {IDENTITY}",
            "not a setting of Foundry",
        ),
        ("runtime: assistants, api_version: v1", "an API version without Foundry"),
        (f"runtime: assistants, server: embedded, {IDENTITY}", "an identity without a use"),
        (f"runtime: assistants, api_key_env: KEY, {IDENTITY}", "a key and an identity"),
        (
            f"runtime: assistants, base_url: 'https://acme.test/v1', {IDENTITY}",
            "a workload identity is for OpenAI's own host",
        ),
        (
            f"runtime: assistants, base_url: 'https://[::1/v1', {IDENTITY}",
            "not an address",
        ),
        (
            f"runtime: assistants, workload_identity: {{provider: github, token_file: /t, {IDS}}}",
            "not a setting of this provider",
        ),
        ("runtime: assistants, workload_identity: {provider: github}", "missing field"),
        (f"runtime: assistants, workload_identity: {{provider: gitlab, {IDS}}}", "unknown value"),
        ("runtime: assistants, workload_identity: github", "wrong type"),
        (
            f"runtime: assistants, workload_identity: {{provider: github, token: x, {IDS}}}",
            "unknown field",
        ),
        (f"runtime: assistants, server: foundry, endpoint: '{ENDPOINT}'", "unknown field"),
    ],
)
def test_settings_that_do_not_fit_are_errors_at_their_line(
    assistant: Callable[..., Loaded],
    settings: str,
    summary: str,
) -> None:
    loaded = assistant("model: m", stack(settings), target="it", runtimes=RUNTIMES)

    assert summary in {error.summary for error in errors(loaded)}
    assert all(place.startswith("stack.yaml:7:") for place, _ in places(loaded))


@pytest.mark.parametrize("url", ["https://api.openai.com/v1", "https://eu.api.openai.com/v1"])
def test_openai_may_be_named_beside_an_identity(assistant: Callable[..., Loaded], url: str) -> None:
    text = stack(f"runtime: responses, base_url: '{url}', {IDENTITY}")

    assert assistant("model: m", text, target="it", runtimes=RUNTIMES).diagnostics == ()


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 10, 1), ""),
        (date(2026, 10, 2), "Foundry classic retires soon"),
        (date(2027, 3, 31), "Foundry classic retires soon"),
        (date(2027, 4, 1), "Foundry classic is retired"),
    ],
)
def test_the_end_of_foundry_is_told_half_a_year_before(
    assistant: Callable[..., Loaded], monkeypatch: pytest.MonkeyPatch, today: date, told: str
) -> None:
    monkeypatch.setattr(stack_access, "today", lambda: today)
    text = stack(f"runtime: assistants, server: foundry, base_url: '{ENDPOINT}'")

    assert places(assistant("model: m", text, target="it", runtimes=RUNTIMES)) == (
        [("stack.yaml:7:5", told)] if told else []
    )
    assert places(assistant("model: m", text, target="local", runtimes=RUNTIMES)) == []


@pytest.mark.parametrize("header", ["Authorization", "x-api-key", "Cookie"])
def test_a_secret_among_the_headers_of_a_target_is_an_error(
    assistant: Callable[..., Loaded], header: str
) -> None:
    settings = f"runtime: assistants, base_url: 'https://x', api_key_env: K, headers: {{{header}: sk-secret}}"

    loaded = assistant("model: m", stack(settings), target="it", runtimes=RUNTIMES)

    assert [summary for _, summary in places(loaded)] == ["a secret among the headers"]
    assert "sk-secret" not in str(loaded.diagnostics)


def test_a_secret_header_may_come_out_of_the_environment(assistant: Callable[..., Loaded]) -> None:
    settings = (
        "runtime: assistants, base_url: 'https://x', api_key_env: K,"
        " headers: {Authorization: 'Basic ${env:LOGIN}'}"
    )

    loaded = assistant(
        "model: m", stack(settings), target="it", runtimes=RUNTIMES, environ={"LOGIN": "abc"}
    )

    assert loaded.diagnostics == ()


@pytest.mark.parametrize("chosen", ["it", "local"])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://user:pass-word@acme.test/v1", "a user or a password"),
        ("https://acme.test/v1?key=pass-word", "a query"),
        ("https://acme.test/v1#pass-word", "a fragment"),
        ("https://acme.test:pass-word/v1", "no web address"),
    ],
)
def test_a_base_url_with_a_credential_is_refused_at_its_line_and_not_repeated(
    assistant: Callable[..., Loaded], url: str, why: str, chosen: str
) -> None:
    settings = f"runtime: assistants, api_key_env: KEY, base_url: '{url}'"

    loaded = assistant("model: m", stack(settings), target=chosen, runtimes=RUNTIMES)

    [error] = errors(loaded)
    assert error.code.name == "not-an-address"
    assert str(error.position).startswith("manifests/stack.yaml:7:")
    assert why in error.detail
    assert "pass-word" not in str(loaded.diagnostics)


def test_a_variable_with_a_credential_is_not_repeated_either(
    assistant: Callable[..., Loaded],
) -> None:
    settings = "runtime: assistants, api_key_env: KEY, base_url: '${env:COMPAT_URL}'"
    environ = {"COMPAT_URL": "https://user:pass-word@acme.test/v1"}

    loaded = assistant("model: m", stack(settings), target="it", runtimes=RUNTIMES, environ=environ)

    [error] = errors(loaded)
    assert error.code.name == "not-an-address"
    assert "pass-word" not in str(loaded.diagnostics)


@pytest.mark.parametrize("url", ["HTTPS://ACME.test/v1", "https://acme.test//v1/"])
def test_a_base_url_is_understood_however_it_is_spelt(
    assistant: Callable[..., Loaded], url: str
) -> None:
    settings = f"runtime: assistants, api_key_env: KEY, base_url: '{url}'"

    loaded = assistant("model: m", stack(settings), target="it", runtimes=RUNTIMES)

    assert loaded.stack
    assert loaded.stack.target.base_url == "https://acme.test/v1"
