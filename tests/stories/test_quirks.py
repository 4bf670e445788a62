"""Each quirk of a server: apply, no changes, drift, destroy, nothing left; or one sentence at once."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.model.address import Address
from provisioner.verbs.apply import run as applying
from provisioner.verbs.ask import Question, ask
from provisioner.verbs.destroy import planned_destroy
from tests.stories.stacks import PLACES, TEXTS, documents, written
from tests.support import habits
from tests.support.servers import Adds, Forgetful, IgnoredBatch, Refuses, Rows, WholeBodies
from tests.support.stories import (
    STACK,
    Refused,
    changes,
    failures,
    manifest,
    paths,
    watched,
    writes,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from tests.support.stories import World

    Quirk = Callable[[WSGIApplication], WSGIApplication]

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
ODD: list[dict[str, Any]] = [
    {"id": "asst_odd_1", "object": "assistant", "metadata": "a text", "tools": None},
    {"id": "asst_odd_2", "object": "assistant", "tools": [{"type": "telepathy"}, "nonsense"]},
    {"id": "asst_odd_3", "object": "something", "name": 7, "created_at": "yesterday"},
    {"id": "asst_odd_4"},
]
WITHOUT_STORES = [d for d in documents() if d["metadata"]["name"] not in {"library", "clerk"}]


def everything(**stack: Any) -> list[dict[str, Any]]:
    """The small stack of every kind, with sampling values, and this in the spec of its Stack."""
    made = deepcopy(documents())
    made[0]["spec"] |= stack
    made[-1]["spec"] |= {"temperature": 0.5, "top_p": 0.25}
    return made


QUIRKS: dict[str, tuple[Quirk, list[dict[str, Any]]]] = {
    "keeps no attributes, marked names": (Forgetful, everything(file_names="marked")),
    "ignores batches": (IgnoredBatch, everything()),
    "performs a part of a batch": (lambda app: IgnoredBatch(app, 1), everything()),
    "400 for a kind that nobody declares": (
        lambda app: Refuses(app, "vector_stores"),
        WITHOUT_STORES,
    ),
    "405 for a kind that nobody declares": (
        lambda app: Refuses(app, "vector_stores", 405),
        WITHOUT_STORES,
    ),
    "updates want the model": (WholeBodies, everything()),
    "drops a field": (lambda app: Rows(app, habits.drops_top_p), everything()),
    "drops a field, and updates want the model": (
        lambda app: Rows(WholeBodies(app), habits.drops_top_p),
        everything(),
    ),
    "odd rows of others": (lambda app: Adds(app, "assistants", ODD), everything()),
}


@pytest.mark.parametrize(
    ("quirk", "made"), QUIRKS.values(), ids=[q.replace(" ", "-") for q in QUIRKS]
)
def test_a_quirk_is_lived_with_from_apply_to_destroy(
    world: World, quirk: Quirk, made: list[dict[str, Any]]
) -> None:
    world.app = quirk(world.server)
    written(world, made, TEXTS)
    world.converge()
    assert set(world.addresses()) <= set(PLACES)

    with world.client as client:
        client.beta.assistants.update(world.ids()["assistants/analyst"], instructions="Theirs.")
    plan = world.plan()
    assert (paths(plan), changes(plan)) == (
        {"instructions"},
        ["update assistant.analyst instructions"],
    )
    with pytest.raises(Refused):
        world.apply()
    report = world.apply(overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []

    with planned_destroy(world.options) as found:
        report = applying.apply(found)
    assert report.succeeded, failures(report)
    assert world.account() == {}


def test_a_server_that_keeps_no_attributes_is_told_so_after_one_document(world: World) -> None:
    watching = watched(world)
    world.app = Forgetful(watching)
    written(world, everything(), TEXTS)

    said = failures(world.apply())

    assert "file_names: marked" in said
    [store] = world.rows("vector_stores")
    assert world.rows("vector_stores", store["id"]) == []
    attached = [
        w for w in writes(watching) if w.endswith(("/file_batches", f"{store['id']}/files"))
    ]
    assert len(attached) == 1


def test_an_answer_whose_text_is_a_list_is_an_answer(world: World) -> None:
    world.write([STACK, manifest("Assistant", "clerk", model="gpt-6.1-terra")])
    world.converge()
    world.app = Rows(world.server, habits.texts_as_lists)

    answer = ask(world.options, Address.parse("assistant.clerk"), Question("Hello?"))

    assert answer.text
