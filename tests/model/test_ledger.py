"""Values of the ledger: whether a lock is held, and how its holder is named."""

import pytest

from provisioner.model.ledger import Holder, LockState

HOLDER = Holder("ada", "build-7", 412, "apply")


def state(holder: Holder | None, *, expires: float) -> LockState:
    return LockState(
        "acme/default", 3, holder, since=10.0, expires=expires, released=0.0, now=100.0
    )


@pytest.mark.parametrize(
    ("holder", "expires", "held"),
    [(HOLDER, 101.0, True), (HOLDER, 100.0, False), (None, 101.0, False)],
    ids=["held", "expired", "free"],
)
def test_a_lock_is_held_until_it_expires(holder: Holder | None, expires: float, held: bool) -> None:
    assert state(holder, expires=expires).is_held is held


def test_a_holder_is_named_with_its_pipeline() -> None:
    pipeline = Holder("ada", "build-7", 412, "apply", "https://ci.test/9")

    assert str(HOLDER) == "apply by ada@build-7, process 412"
    assert str(pipeline) == "apply by ada@build-7, process 412 (https://ci.test/9)"
