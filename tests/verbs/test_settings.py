"""A saved plan is bound to every setting that decides the receiver and the identity of requests."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.sealing import sealed
from provisioner.model.stack import Target
from provisioner.verbs._shared.settings import settings_of

TARGET = Target(
    name="live",
    runtime="assistants",
    base_url="https://host.test/v1",
    api_key_env="KEY",
    headers={"X-Team": "people"},
    organization="org-a",
)


def settings(target: Target, **environ: str) -> str:
    return settings_of(target, "host.test", "proj", environ)


@pytest.mark.parametrize(
    "change",
    [
        {"headers": {"X-Team": "sales"}},
        {"headers": {"X-Team": "people", "X-More": ""}},
        {"organization": "org-b"},
        {"organization": ""},
        {"base_url": "https://host.test/v2"},
        {"api_key_env": "OTHER"},
        {"drop": ("temperature",)},
    ],
)
def test_a_setting_that_moved_is_noticed_by_its_value(change: dict[str, Any]) -> None:
    assert settings(replace(TARGET, **change)) != settings(TARGET)


def test_an_organization_of_the_environment_counts_where_the_sdk_reads_it() -> None:
    bare = replace(TARGET, base_url="", organization="")

    assert settings(bare, OPENAI_ORG_ID="org-a") != settings(bare, OPENAI_ORG_ID="org-b")


def test_a_seal_shows_nothing_and_differs_from_plan_to_plan() -> None:
    seals = {sealed(settings(TARGET), salt) for salt in ("a", "b")}

    assert len(seals) == 2
    assert not any("people" in seal or "org-a" in seal for seal in seals)
