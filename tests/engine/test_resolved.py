"""Server drift: a name that the server resolves to a version, and later to another one."""

from dataclasses import replace

import pytest

from provisioner.engine.versioned import is_version_of
from provisioner.model.mark import Applied, tracked_key
from provisioner.model.remote import RemoteObject
from provisioner.model.value import digest
from tests.engine.build import applied, assistant, causes, change_of, desired, edited, live, plan

ALIAS = assistant(model="gpt-x")


def resolved(model: str, got: str) -> RemoteObject:
    """Return the live object of `gpt-x`, whose server answered with `got` when it was applied."""
    there = edited(applied(ALIAS), model=model)
    assert there.mark
    remembered = Applied(digest("gpt-x"), digest(got))
    mark = replace(there.mark, applied={**there.mark.applied, tracked_key("model"): remembered})
    return replace(there, mark=mark)


@pytest.mark.parametrize(
    ("live", "is_one"),
    [
        ("gpt-x-2026-08-07", True),
        ("gpt-x-0613", True),
        ("gpt-x-1106-preview", True),
        ("gpt-x@20260807", True),
        ("gpt-x:latest", True),
        ("gpt-x", False),
        ("gpt-x-mini", False),
        ("gpt-x-mini-2026-08-07", False),
        ("gpt-y-2026-08-07", False),
        (None, False),
    ],
)
def test_a_version_of_a_name_is_the_name_with_a_suffix(live: str | None, is_one: bool) -> None:
    assert is_version_of(live, "gpt-x") is is_one


@pytest.mark.parametrize("got", ["gpt-x", "gpt-x-2026-05-01"])
def test_another_version_is_shown_and_never_written(got: str) -> None:
    found = plan(desired(ALIAS), live(resolved("gpt-x-2026-08-07", got)))

    assert found.changes == ()
    [shown] = found.diagnostics
    assert (shown.code.name, shown.subject) == ("server-resolved", "assistant.qa")
    assert "gpt-x-2026-08-07" in shown.detail


def test_another_version_does_not_block_another_change() -> None:
    change = change_of(assistant(model="gpt-x", temperature=0.2), resolved("gpt-x-2", "gpt-x"))
    assert change
    assert change.drifts  # `-2` is no version that a server puts there

    versioned = resolved("gpt-x-2026-08-07", "gpt-x-2026-05-01")
    change = change_of(assistant(model="gpt-x", temperature=0.2), versioned)

    assert causes(change) == {"model": "server", "temperature": "manifest"}
    assert change
    assert (change.reason.value, change.drifts) == ("manifest", False)


def test_a_new_model_is_the_manifests_change_whatever_version_is_there() -> None:
    change = change_of(assistant(model="gpt-y"), resolved("gpt-x-2026-08-07", "gpt-x-2026-05-01"))

    assert causes(change) == {"model": "manifest"}


@pytest.mark.parametrize("model", ["gpt-z", "gpt-x-mini", "gpt-z-2026-08-07"])
def test_another_model_is_drift(model: str) -> None:
    assert causes(change_of(ALIAS, resolved(model, "gpt-x-2026-05-01"))) == {"model": "drift"}
