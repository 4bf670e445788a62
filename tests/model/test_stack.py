"""Test the address of a target: OpenAI's own hosts, and web addresses in one spelling."""

import pytest

from provisioner.model.stack import is_openai, web_address


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("http://api.openai.com/v1", False),
        ("https://api.openai.com.evil.test/v1", False),
        ("https://[broken", False),
    ],
)
def test_a_host_is_openai_s_by_its_whole_name_and_over_tls(url: str, is_theirs: bool) -> None:
    assert is_openai(url) is is_theirs


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTPS://LLM.Acme.test//v1/", "https://llm.acme.test/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://llm.acme.test", "https://llm.acme.test"),
    ],
)
def test_an_address_has_one_spelling(url: str, spelled: str) -> None:
    assert web_address(url) == spelled


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://me:secret@llm.test/v1", "a user or a password"),
        ("https://llm.test/v1?key=secret", "a query"),
        ("https://llm.test/v1#secret", "a fragment"),
        ("ftp://llm.test/v1", "no web address"),
        ("https://llm.test:port/v1", "no web address"),
    ],
)
def test_what_an_address_must_not_hold_is_named_and_not_repeated(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as error:
        web_address(url)
    assert "secret" not in str(error.value)
