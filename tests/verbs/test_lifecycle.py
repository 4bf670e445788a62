from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.diagnostic import Severity
from provisioner.model.errors import NoSuchApi
from provisioner.model.plan import Action, Change, FieldChange
from provisioner.model.resource import Resource
from provisioner.model.stack import Target
from provisioner.verbs._shared import lifecycle
from provisioner.verbs._shared.session import RunOptions
from provisioner.verbs.validate import validate
from tests.support.codes import code

ADDRESS = Address("assistant", "clerk")
RESOURCE = Resource(ADDRESS, {"model": "gpt-4-turbo"})
CREATE = Change(ADDRESS, Action.CREATE, desired=RESOURCE)
OTHER_FIELD = Change(
    ADDRESS, Action.UPDATE, fields=(FieldChange("name", "a", "b"),), desired=RESOURCE
)
VENDOR, COMPATIBLE = Target("openai", "responses"), Target("compat", "assistants")


class Models:
    """A provider that answers one question: which models there are."""

    def __init__(self, rows: list[dict[str, Any]] | None) -> None:
        self.rows = rows
        self.asked = 0

    def list(self, collection: str) -> list[dict[str, Any]]:
        assert collection == "models"
        self.asked += 1
        if self.rows is None:
            raise NoSuchApi(code("there is no such path"))
        return self.rows


def told(target: Target, host: str, change: Change, provider: Any) -> Iterator[Severity]:
    found = lifecycle.of_planned(
        target,
        host,
        {ADDRESS: RESOURCE},
        [change],
        provider=provider,
        day=date(2026, 11, 26),
    )
    return (one.severity for one in found)


@pytest.mark.parametrize("host", ["api.openai.com", "eu.api.openai.com", "api.openai.com:443"])
def test_the_vendor_is_judged_by_its_announcement_and_not_asked(host: str) -> None:
    provider = Models([])
    assert list(told(VENDOR, host, CREATE, provider)) == [Severity.ERROR]
    assert list(told(VENDOR, host, OTHER_FIELD, provider)) == [Severity.WARNING]
    assert provider.asked == 0


@pytest.mark.parametrize("host", ["compat.example.com", "api.openai.com.example.com", "localhost"])
def test_another_host_is_judged_by_its_own_list_and_only_where_a_model_is_sent(host: str) -> None:
    gone = Models([{"id": "gpt-4-turbo", "shutdown_date": "2026-10-01"}])
    assert list(told(COMPATIBLE, host, OTHER_FIELD, gone)) == []
    assert gone.asked == 0
    assert list(told(COMPATIBLE, host, CREATE, gone)) == [Severity.WARNING]
    assert list(told(COMPATIBLE, host, CREATE, Models([{"id": "gpt-4-turbo"}]))) == []
    assert list(told(COMPATIBLE, host, CREATE, Models(None))) == []


@pytest.mark.parametrize(
    ("target", "told_of"),
    [
        ("{runtime: responses, releases: ./releases, api_key_env: KEY}", ["uses a model"]),
        ("{runtime: assistants, api_key_env: KEY}", ["API was switched off", "uses a model"]),
        ("{runtime: assistants, base_url: 'https://compat.example.com/v1', api_key_env: KEY}", []),
        ("{runtime: assistants, server: embedded}", []),
    ],
)
def test_validate_warns_of_what_ends_on_openais_own_hosts_alone(
    target: str, told_of: list[str], tmp_path: Path
) -> None:
    (tmp_path / "stack.yaml").write_text(
        "apiVersion: provisioner/v1\nkind: Stack\nmetadata: {name: acme, id: k3v9q0x7dp}\n"
        f"spec: {{default_target: live, targets: {{live: {target}}}}}\n---\n"
        "apiVersion: provisioner/v1\nkind: Assistant\nmetadata: {name: clerk}\n"
        "spec: {model: gpt-4-turbo, name: Clerk}\n"
    )
    found = validate(RunOptions(tmp_path, environ={"KEY": "k"}))
    assert found.valid
    assert len(found.diagnostics) == len(told_of)
    for diagnostic, words in zip(found.diagnostics, told_of, strict=True):
        assert words in diagnostic.told
