"""Test the registry of a target, and the time for which replaced objects stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.runtimes import RUNTIMES
from tests.source.folders import errors
from tests.source.test_stack_access import stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.source import Loaded


def summaries(loaded: Loaded) -> list[str]:
    return [diagnostic.summary for diagnostic in errors(loaded)]


@pytest.mark.parametrize(
    ("settings", "releases", "seconds"),
    [
        ("", "", 86400.0),
        (", releases: ../published", "../published", 86400.0),
        (", releases: 's3://acme/releases', retire_after: 90m", "s3://acme/releases", 5400.0),
        (", retire_after: 0s", "", 0.0),
        (", retire_after: 7d", "", 604800.0),
    ],
)
def test_a_target_of_responses_says_where_releases_go_and_how_long_stores_stay(
    assistant: Callable[..., Loaded], settings: str, releases: str, seconds: float
) -> None:
    whole = stack(f"runtime: responses, server: embedded{settings}")

    loaded = assistant("model: m", whole, target="it", runtimes=RUNTIMES)

    assert loaded.diagnostics == ()
    assert loaded.stack
    target = loaded.stack.target
    assert (target.releases, target.retire_after) == (releases, seconds)


@pytest.mark.parametrize("setting", ["releases: here", "retire_after: 24h"])
def test_other_runtimes_publish_nothing(assistant: Callable[..., Loaded], setting: str) -> None:
    whole = stack(f"runtime: agents, {setting}")

    loaded = assistant("model: m", whole, target="it", runtimes=RUNTIMES)

    assert summaries(loaded) == ["not a setting of this runtime"]


def test_a_length_of_time_needs_its_unit_in_a_variable_too(
    assistant: Callable[..., Loaded],
) -> None:
    head = stack("runtime: responses, retire_after: '${var:stay}'")
    text = f"{head}  variables: {{stay: {{default: '24'}}}}\n"

    loaded = assistant("model: m", text, target="it", runtimes=RUNTIMES)

    assert summaries(loaded) == ["not a duration"]
