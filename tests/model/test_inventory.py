"""An inventory goes to JSON and comes back: for fixtures, reports of faults, and offline plans."""

import json

import pytest

from provisioner.model.codes import servers
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import PARENT, Inventory


def test_it_comes_back_as_it_was() -> None:
    inventory = Inventory(
        rows={
            "assistant": ({"id": "a", "tools": None},),
            "credential": ({"id": "c", PARENT: "v"},),
        },
        documents={"vs_1": ({"id": "f"},), "vs_gone": None},
        history={"assistant": ({"id": "r", "number": 3},)},
        unread={"skill": Diagnostic(servers.NO_SUCH_API, "It said 404.", subject="skills")},
        read_at=1_800_000_000.5,
    )

    text = json.dumps(inventory.to_document())

    assert Inventory.from_document(json.loads(text)) == inventory


@pytest.mark.parametrize("data", [{}, {"format_version": 99}])
def test_another_format_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an inventory of format"):
        Inventory.from_document(data)
