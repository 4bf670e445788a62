"""A Stack names its ledger for all targets or for one, and never with a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.runtimes import RUNTIMES
from tests.source.folders import errors
from tests.source.test_stack_access import stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.source import Loaded

URL = "postgresql://team:s3cret@db.example.com/ledger"


def said(in_stack: str, in_target: str = "") -> str:
    inner = f", ledger: '{in_target}'" if in_target else ""
    return stack(f"runtime: assistants, server: embedded{inner}") + f"  ledger: '{in_stack}'\n"


@pytest.mark.parametrize(
    ("in_stack", "in_target", "ledger"),
    [
        ("team.db", "", "team.db"),
        ("team.db", "none", "none"),
        ("${env:LEDGER}", "", URL),
        ("none", "postgresql://${env:NAME}@db.example.com/x", "postgresql://anna@db.example.com/x"),
    ],
)
def test_a_target_says_where_its_ledger_is_or_the_stack_does(
    assistant: Callable[..., Loaded], in_stack: str, in_target: str, ledger: str
) -> None:
    loaded = assistant(
        "model: m",
        said(in_stack, in_target),
        target="it",
        runtimes=RUNTIMES,
        environ={"LEDGER": URL, "NAME": "anna"},
    )

    assert loaded.diagnostics == ()
    assert loaded.stack
    assert loaded.stack.ledger == ledger
    assert "s3cret" not in repr(loaded.stack)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (URL, "password-in-ledger"),
        ("postgresql://db.example.com/x?password=s3cret", "password-in-ledger"),
        ("postgresql://${env:NAME}:s3cret@db.example.com/x", "password-in-ledger"),
        ("mysql://db.example.com/x", "no-such-ledger"),
    ],
)
@pytest.mark.parametrize("where", [0, 1])
def test_a_password_or_another_database_is_an_error_at_its_line(
    assistant: Callable[..., Loaded], written: str, code: str, where: int
) -> None:
    places = ("team.db", written) if where else (written, "")
    loaded = assistant(
        "model: m", said(*places), target="it", runtimes=RUNTIMES, environ={"NAME": "anna"}
    )

    [error] = errors(loaded)
    assert error.code.name == code
    assert error.position
    assert "s3cret" not in str(error)
