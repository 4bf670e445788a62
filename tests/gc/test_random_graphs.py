"""Over random accounts: nothing that something alive leads to is ever a candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.gc.candidates import Wanted, candidates
from provisioner.model.leaks import Condition, Remembered
from provisioner.model.ledger import Tracked
from tests.engine import build as stack
from tests.engine.chance import chance
from tests.gc.build import NOW, OTHER, account, file, judged, marked, row, store

if TYPE_CHECKING:
    from provisioner.model.inventory import Inventory
    from provisioner.model.provider import Row
    from tests.engine.chance import Random

LEAF, MIDDLE = ("file",), ("vector_store", "skill", "environment_template", "vault")
CALLED = (
    "assistant",
    "agent",
    "session",
    "automation",
    "batch",
    "container",
    "eval",
    "fine_tuning_job",
    "thread",
)
OVER = {"batch": "completed", "container": "expired", "session": "failed"}


def drawn(dice: Random) -> tuple[Inventory, dict[str, set[str]], set[str]]:
    """Return an account, who names whom by id, and the ids of everything that is alive."""
    files = [f"file-{n:08}" for n in range(dice.randint(0, 12))]
    middles = [(dice.choice(MIDDLE), f"mid_{n:08}") for n in range(dice.randint(0, 10))]
    called = [(dice.choice(CALLED), f"top_{n:08}") for n in range(dice.randint(0, 8))]
    rows: dict[str, list[Row]] = {"file": [file(id) for id in files]}
    names: dict[str, set[str]] = {}
    alive: set[str] = set()
    documents: dict[str, set[str]] = {}
    for noun, id in middles:
        named = set(dice.sample(files, dice.randint(0, len(files)) // 2))
        names[id] = named
        made = store(id, files=len(named)) if noun == "vector_store" else row(id, name=id)
        if noun == "vector_store":
            documents[id] = named
        else:
            made["files"] = sorted(named)
        if noun in ("vector_store", "vault") and dice.random() < 0.2:
            made = marked(made, f"{noun}.x", OTHER)
            alive.add(id)
        rows.setdefault(noun, []).append(made)
    for noun, id in called:
        below = [*files, *(each for _, each in middles)]
        names[id] = set(dice.sample(below, dice.randint(0, len(below)) // 2))
        is_over = noun in OVER and dice.random() < 0.5
        status = OVER[noun] if is_over else "in_progress"
        deep = {"a": [{"b": f"see {each}"} for each in sorted(names[id])]}
        rows.setdefault(noun, []).append(row(id, status=status, unknown=deep))
        if not is_over:
            alive.add(id)
    return account(documents, **rows), names, alive


def reach(names: dict[str, set[str]], start: set[str]) -> set[str]:
    found, waiting = set(), list(start)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += names.get(one, ())
    return found


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_something_alive_leads_to_is_ever_a_candidate(seed: int) -> None:
    dice = chance(seed)
    for _ in range(10):
        inventory, names, alive = drawn(dice)
        known = Remembered(
            tracked=tuple(Tracked("", "thread", str(r["id"])) for r in inventory.rows["thread"])
        )
        has_stack = dice.random() < 0.5
        wanted = stack.desired(stack.assistant("qa")) if has_stack else None

        found = judged(inventory, wanted, remembered=known)
        everything = Wanted(frozenset(Condition), older_than=0.0)
        chosen = {one.id for one in candidates(list(found.values()), everything, NOW).all}

        needed = reach(names, alive)
        assert chosen.isdisjoint(needed)
        # The other way round: an object that nothing alive leads to is never called in use.
        unneeded = {id: one for id, one in found.items() if id not in needed}
        assert not any(one.condition is Condition.IN_USE for one in unneeded.values())
        # Whoever goes leaves nobody behind who names it, but records of what has ended.
        for id, targets in names.items():
            if id not in chosen and not found[id].is_over:
                assert chosen.isdisjoint(targets)
