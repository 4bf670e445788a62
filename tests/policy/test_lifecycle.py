import re
from datetime import date
from pathlib import Path

import openai.types.shared
import pytest

from provisioner.emulator.core.models import SHUTDOWNS
from provisioner.model.address import Address
from provisioner.model.diagnostic import Position, Severity
from provisioner.policy.lifecycle import Use, announced, as_of, ending, listed, models, parameters
from provisioner.runtimes import RUNTIMES

ADDRESS = Address("assistant", "policy-qa")
PLACE = Position("manifests/a.yaml", 3, 5)
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("model", "sets", "vendor", "severity"),
    [
        ("gpt-4-turbo", True, True, Severity.ERROR),
        ("gpt-4-turbo", False, True, Severity.WARNING),
        ("gpt-4-turbo", True, False, Severity.WARNING),
        ("o3", True, True, Severity.WARNING),
        ("gpt-4o", True, True, Severity.WARNING),
        ("gpt-5.1", True, True, None),
        ("gpt-6.1-terra", True, True, None),
        ("a-model-of-our-own", True, True, None),
    ],
)
def test_a_model_that_is_gone_is_an_error_only_where_it_is_sent_to_the_vendor(
    model: str, sets: bool, vendor: bool, severity: Severity | None
) -> None:
    found = list(models([Use(ADDRESS, model, PLACE, sets)], announced(), TODAY, vendor=vendor))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.position == PLACE and model in one.detail for one in found)


@pytest.mark.parametrize(
    ("day", "severities"),
    [
        (date(2026, 9, 11), []),
        (date(2026, 9, 12), [Severity.WARNING]),
        (date(2026, 12, 10), [Severity.WARNING]),
        (date(2026, 12, 11), [Severity.ERROR]),
    ],
)
def test_notice_is_given_for_ninety_days_and_the_last_day_is_the_day_before(
    day: date, severities: list[Severity]
) -> None:
    found = models([Use(ADDRESS, "o3", sets=True)], announced(), day, vendor=True)
    assert [one.severity for one in found] == severities


def test_the_replacement_is_named_with_the_day_of_the_table() -> None:
    (found,) = models([Use(ADDRESS, "gpt-4o")], announced(), TODAY, vendor=True)
    assert "2027-01-14" in found.detail
    assert "gpt-6-luna" in found.detail
    assert str(as_of()) in found.detail


@pytest.mark.parametrize("row_date", [None, "", "soon", 20261023, ["2026-10-23"], "2026-13-45"])
def test_a_host_that_gives_no_date_that_can_be_read_says_nothing(row_date: object) -> None:
    assert listed([{"id": "llama", "shutdown_date": row_date}, {"object": "model"}]) == {}


def test_another_host_is_believed_about_its_own_models_only() -> None:
    known = listed([{"id": "gpt-4-turbo"}, {"id": "llama-3", "shutdown_date": "2026-11-01"}])
    uses = [Use(ADDRESS, "gpt-4-turbo", sets=True), Use(ADDRESS, "llama-3", sets=True)]
    (found,) = models(uses, known, TODAY, vendor=False)
    assert "llama-3 ended on 2026-11-01, says this host" in found.detail


@pytest.mark.parametrize(
    ("runtime", "server", "vendor", "day", "told"),
    [
        ("assistants", "", True, TODAY, "was switched off"),
        ("assistants", "", False, TODAY, ""),
        ("assistants", "foundry", False, TODAY, "will be switched off"),
        ("assistants", "foundry", False, date(2027, 4, 1), "was switched off"),
        ("responses", "", True, TODAY, ""),
        ("assistants", "embedded", False, TODAY, ""),
    ],
)
def test_a_target_whose_api_ends_is_named(
    runtime: str, server: str, vendor: bool, day: date, told: str
) -> None:
    summaries = [one.summary for one in ending(runtime, server, day, vendor=vendor)]
    assert len(summaries) == bool(told)
    assert all(told in summary for summary in summaries)


def test_the_table_holds_every_date_that_the_installed_sdk_announces() -> None:
    """The docstring behind ChatModel is the vendor's announcement in a form that can be read."""
    source = Path(openai.types.shared.__file__).with_name("chat_model.py").read_text("utf-8")
    text = re.sub(r"\s+", " ", source.partition('"""Deprecated values:')[2])
    said = {
        name: date.fromisoformat(found[1])
        for part in re.split(r' - (?=")', text)
        if (found := re.search(r"shutdown date: (\d{4}-\d\d-\d\d)", part))
        for name in re.findall(r'"([^"]+)"', part.partition(": Announced")[0])
    }
    assert said
    assert {name: day for name, day in said.items() if announced()[name].day != day} == {}


def test_the_embedded_server_announces_the_same_days() -> None:
    told = {
        name: date.fromisoformat(day) for day, names in SHUTDOWNS.items() for name in names.split()
    }
    assert {name: day for name, day in told.items() if announced()[name].day != day} == {}


def test_the_table_holds_every_parameter_that_goes_beside_the_arguments() -> None:
    assert parameters() == {
        name for one in RUNTIMES.values() if one.conversation for name in one.conversation.beside
    }
