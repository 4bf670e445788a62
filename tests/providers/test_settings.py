"""Test the address and the key of a target: nothing is guessed, and no key goes to another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.model.errors import ProviderError, Unauthorized
from provisioner.model.stack import Target
from provisioner.providers import describe, open_releases, open_target
from provisioner.providers.settings import NO_KEY, OPENAI, resolve

if TYPE_CHECKING:
    from pathlib import Path

OWN = Target("compat", "assistants", base_url="https://llm.acme.test/v1", api_key_env="COMPAT_KEY")
PLAIN = Target("openai", "assistants")
EVERYTHING = {
    "OPENAI_API_KEY": "sk-ambient",
    "OPENAI_ORG_ID": "org-ambient",
    "OPENAI_PROJECT_ID": "proj-ambient",
    "OPENAI_CUSTOM_HEADERS": "X-Ambient: yes\nX-Other: no",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_target_without_a_base_url_takes_all_from_the_environment(tmp_path: Path) -> None:
    settings = resolve(PLAIN, tmp_path, EVERYTHING)

    assert settings.base_url == OPENAI
    assert settings.api_key == "sk-ambient"
    assert settings.api_key_env == "OPENAI_API_KEY"
    assert settings.organization == "org-ambient"
    assert settings.project == "proj-ambient"
    assert settings.headers == {"X-Ambient": "yes", "X-Other": "no"}


def test_a_target_with_a_base_url_takes_nothing_that_it_does_not_name(tmp_path: Path) -> None:
    settings = resolve(OWN, tmp_path, {**EVERYTHING, "COMPAT_KEY": "compat-secret"})

    assert settings.api_key == "compat-secret"
    assert (settings.organization, settings.project, settings.headers) == ("", "", {})


def test_no_key_falls_back_to_another_variable(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized, match="COMPAT_KEY is not set") as caught:
        resolve(OWN, tmp_path, EVERYTHING)

    assert "sk-ambient" not in str(caught.value)


@pytest.mark.parametrize("value", ["sk-одна", "sk-one\nsk-two", "sk-one\x07"])
def test_a_key_that_no_header_carries_is_told_without_its_value(tmp_path: Path, value: str) -> None:
    with pytest.raises(Unauthorized, match="OPENAI_API_KEY contains a line break") as caught:
        resolve(PLAIN, tmp_path, {"OPENAI_API_KEY": value})

    assert "the API key cannot be sent" in str(caught.value)
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_key_is_a_missing_one(tmp_path: Path, value: str) -> None:
    with pytest.raises(Unauthorized, match="OPENAI_API_KEY is not set"):
        resolve(PLAIN, tmp_path, {"OPENAI_API_KEY": value})


def test_a_local_server_may_need_no_key(tmp_path: Path) -> None:
    target = Target("local", "assistants", base_url="http://127.0.0.1:8080/v1")

    assert resolve(target, tmp_path, EVERYTHING).api_key == NO_KEY


def test_what_the_target_says_comes_before_the_environment(tmp_path: Path) -> None:
    target = Target(
        "openai", "assistants", organization="org-1", project="proj-1", headers={"X-Ambient": "own"}
    )

    settings = resolve(target, tmp_path, EVERYTHING)

    assert (settings.organization, settings.project) == ("org-1", "proj-1")
    assert settings.headers == {"X-Ambient": "own", "X-Other": "no"}


def test_a_dotenv_file_completes_the_environment_and_never_overrides_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-file\nOPENAI_PROJECT_ID=proj-file\n")

    settings = resolve(PLAIN, tmp_path, {"OPENAI_API_KEY": "sk-real"})

    assert settings.api_key == "sk-real"
    assert settings.project == "proj-file"


def test_settings_never_print_a_key_or_a_header(tmp_path: Path) -> None:
    shown = repr(resolve(PLAIN, tmp_path, EVERYTHING))

    assert "sk-ambient" not in shown
    assert "yes" not in shown


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("llm.acme.test", "https://llm.acme.test/v1"),
        ("api.openai.com, LLM.acme.test", "https://llm.ACME.test:8443/v1"),
        ("*.acme.test", "https://llm.acme.test/v1"),
        ("*.acme.test", "https://eu.llm.acme.test/v1"),
    ],
)
def test_allowed_hosts_may_be_reached(tmp_path: Path, allowed: str, url: str) -> None:
    target = Target("compat", "assistants", base_url=url)

    assert resolve(target, tmp_path, {"PROVISIONER_ALLOWED_HOSTS": allowed}).base_url == url.lower()


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("api.openai.com", "https://llm.acme.test/v1"),
        ("*.acme.test", "https://acme.test/v1"),
        ("*.acme.test", "https://evilacme.test/v1"),
        ("acme.test", "https://acme.test.evil.test/v1"),
        ("", "https://llm.acme.test/v1"),
        (" , ", "https://llm.acme.test/v1"),
    ],
)
def test_other_hosts_are_refused_before_any_request(tmp_path: Path, allowed: str, url: str) -> None:
    target = Target("compat", "assistants", base_url=url)

    with pytest.raises(ProviderError, match="the host is not allowed") as caught:
        open_target(target, tmp_path, environ={"PROVISIONER_ALLOWED_HOSTS": allowed})
    assert "Nothing was sent" in str(caught.value)


def test_a_fence_that_came_out_empty_says_so(tmp_path: Path) -> None:
    target = Target("compat", "assistants", base_url="https://llm.acme.test/v1")

    with pytest.raises(ProviderError, match="is set and names no host, so no host is allowed"):
        resolve(target, tmp_path, {"PROVISIONER_ALLOWED_HOSTS": ""})


def test_where_no_fence_is_set_any_host_may_be_reached(tmp_path: Path) -> None:
    target = Target("compat", "assistants", base_url="https://llm.acme.test/v1")

    assert resolve(target, tmp_path, {}).base_url == target.base_url


@pytest.mark.parametrize("environ", [{}, {"PROVISIONER_ALLOWED_HOSTS": ""}])
def test_the_fence_of_the_dotenv_file_bounds_a_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PROVISIONER_ALLOWED_HOSTS=api.openai.com\n", "utf-8")
    target = Target("live", "responses", publishes=True, releases="sftp://host.example/releases")

    with pytest.raises(ProviderError, match="the host is not allowed"):
        open_releases(target, tmp_path, environ=environ)


def test_the_host_of_the_environments_base_url_is_bounded_too(tmp_path: Path) -> None:
    environ = {
        **EVERYTHING,
        "OPENAI_BASE_URL": "https://evil.test/v1",
        "PROVISIONER_ALLOWED_HOSTS": "api.openai.com",
    }

    with pytest.raises(ProviderError, match=r"evil\.test"):
        resolve(PLAIN, tmp_path, environ)


def test_the_embedded_server_is_always_allowed(tmp_path: Path) -> None:
    target = Target("local", "assistants", server="embedded")

    for allowed in ("x.test", ""):
        assert resolve(target, tmp_path, {"PROVISIONER_ALLOWED_HOSTS": allowed}).data


@pytest.mark.parametrize(
    "url", ["llm.acme.test/v1", "ftp://llm.acme.test", "https://", "/v1", "http://[::1/v1"]
)
def test_a_base_url_that_is_no_web_address_is_told_as_such(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProviderError, match="the base_url is no web address"):
        resolve(Target("compat", "assistants", base_url=url), tmp_path, {})


def test_embedded_data_lies_in_the_current_folder_or_where_the_target_says(tmp_path: Path) -> None:
    manifests = tmp_path / "manifests"
    named = Target("local", "assistants", server="embedded", data="../data/live.sqlite")

    unnamed = resolve(Target("local", "assistants", server="embedded"), manifests, {})

    assert unnamed.data == tmp_path / ".provisioner" / "embedded.sqlite"
    assert resolve(named, manifests, {}).data == manifests / "../data/live.sqlite"


@pytest.mark.parametrize(
    ("target", "head"),
    [
        (Target("local", "assistants", server="embedded"), ("embedded", "")),
        (PLAIN, ("api.openai.com", "proj-ambient")),
        (OWN, ("llm.acme.test", "")),
        (Target("a", "assistants", base_url="http://u:secret@h.test:81/v1"), ("h.test:81", "")),
    ],
)
def test_a_plans_head_names_host_and_project(target: Target, head: tuple[str, str]) -> None:
    assert describe(target, EVERYTHING) == head


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://user:pass-word@llm.acme.test/v1", "a user or a password"),
        ("https://pass-word@llm.acme.test/v1", "a user or a password"),
        ("https://@llm.acme.test/v1", "a user or a password"),
        ("https://llm.acme.test/v1?api-key=pass-word", "a query"),
        ("https://llm.acme.test/v1?", "a query"),
        ("https://llm.acme.test/v1#pass-word", "a fragment"),
        ("https://u:pass-word@llm.acme.test/v1?x=1#f", "a user or a password and a query"),
        ("ftp://u:pass-word@llm.acme.test/v1", "no web address"),
        ("https://u:pass-word@[::1/v1", "no web address"),
        ("https://llm.acme.test:pass-word/v1", "no web address"),
    ],
)
def test_an_address_holds_no_credential_and_is_not_repeated(
    tmp_path: Path, url: str, why: str
) -> None:
    own = Target("compat", "assistants", base_url=url)
    for target, environ in ((own, {}), (PLAIN, {**EVERYTHING, "OPENAI_BASE_URL": url})):
        with pytest.raises(ProviderError) as caught:
            open_target(target, tmp_path, environ=environ)
        assert why in str(caught.value)
        assert "pass-word" not in str(caught.value)
        describe(target, environ)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("HTTP://Llm.Acme.TEST/v1", "http://llm.acme.test/v1"),
        ("https://llm.acme.test//v1//", "https://llm.acme.test/v1"),
        (" https://llm.acme.test:8443/api//v1 ", "https://llm.acme.test:8443/api/v1"),
        ("https://llm.acme.test/", "https://llm.acme.test"),
        ("HTTPS://[::1]:80/v1", "https://[::1]:80/v1"),
    ],
)
def test_an_address_is_understood_however_it_is_spelt(tmp_path: Path, url: str, meant: str) -> None:
    own = Target("compat", "assistants", base_url=url)

    assert resolve(own, tmp_path, {}).base_url == meant
    assert resolve(PLAIN, tmp_path, {**EVERYTHING, "OPENAI_BASE_URL": url}).base_url == meant


@pytest.mark.parametrize(
    ("given", "written", "allowed"),
    [
        ("api.openai.com", "*", False),
        ("*.acme.test", "llm.acme.test", True),
        ("*.acme.test", "other.acme.test", False),
        ("api.openai.com", "llm.acme.test", False),
        ("llm.acme.test", "", False),
        ("", "llm.acme.test", False),
        (None, "llm.acme.test", True),
        (None, "other.acme.test", False),
        ("a.test\nllm.acme.test", "llm.acme.test", True),
    ],
)
def test_a_dotenv_file_can_only_narrow_the_fence(
    tmp_path: Path, given: str | None, written: str, allowed: bool
) -> None:
    (tmp_path / ".env").write_text(f"PROVISIONER_ALLOWED_HOSTS={written}\n", "utf-8")
    environ = {"COMPAT_KEY": "k" * 9}
    if given is not None:
        environ["PROVISIONER_ALLOWED_HOSTS"] = given

    if allowed:
        assert resolve(OWN, tmp_path, environ).base_url == OWN.base_url
    else:
        with pytest.raises(ProviderError, match="the host is not allowed"):
            resolve(OWN, tmp_path, environ)
