"""One commit, checked out with other line endings and in other forms of names: one plan.

`python -m tests.everywhere PYTHON…` compares the plans of several interpreters too.
"""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.everywhere.checkouts import CHECKOUTS, TARGETS, copy_live, plans, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE, FAR = CHECKOUTS[0], CHECKOUTS[-1]
"""With LF and in NFC; with CRLF and in NFD."""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    with chdir(tmp_path):
        yield tmp_path


@pytest.mark.parametrize("target", TARGETS)
def test_two_checkouts_of_a_commit_have_the_same_plan_and_the_same_live_side(
    root: Path, target: str
) -> None:
    """A plan that is saved from one checkout is applied from the other, and both have no changes."""
    maker, doer = (HERE, FAR) if target == "local" else (FAR, HERE)
    expected = plans(maker, target, root / maker.name)
    assert plans(doer, target, root / doer.name) == expected
    assert "Plan:" in expected[f"plan --target {target} --all"]

    with chdir(root / maker.name):
        run("plan", "--target", target, "--out", str(root / "plan.json"))
    with chdir(root / doer.name):
        assert "kept otherwise" not in run("apply", str(root / "plan.json"), "--yes")
        unchanged = run("plan", "--target", target)
    copy_live(root / doer.name, root / maker.name)
    with chdir(root / maker.name):
        assert run("plan", "--target", target) == unchanged
    assert "No changes." in unchanged
