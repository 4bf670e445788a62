"""Tokens of a release: named in it, and taken from the environment when it is used."""

from __future__ import annotations

from copy import deepcopy

import pytest

from provisioner.model.errors import ProvisionerError
from provisioner.model.tokens import from_environment, variable_of, with_tokens

CRM = {"type": "mcp", "server_label": "crm", "authorization": "${env:CRM_TOKEN}"}


def test_a_token_is_filled_in_and_the_release_stays_as_it_is() -> None:
    released = {"model": "m", "tools": [CRM, {"type": "web_search"}]}
    before = deepcopy(released)

    filled = with_tokens(released, from_environment({"CRM_TOKEN": "t0ken"}))

    assert filled["tools"] == [{**CRM, "authorization": "t0ken"}, {"type": "web_search"}]
    assert released == before


def test_a_token_that_is_not_set_is_named_before_anything_is_asked() -> None:
    with pytest.raises(ProvisionerError, match="CRM_TOKEN, which is not set"):
        with_tokens({"tools": [CRM]}, from_environment({}))


def test_a_release_without_tools_is_ready_as_it_is() -> None:
    assert with_tokens({"model": "m"}, from_environment({})) == {"model": "m"}


@pytest.mark.parametrize(
    ("value", "variable"),
    [("${env:A_1}", "A_1"), ("Bearer ${env:A}", ""), ("${env:1A}", ""), (None, "")],
)
def test_only_a_variable_alone_is_one(value: object, variable: str) -> None:
    assert variable_of(value) == variable
