"""Every field of every kind: changed, taken out, changed on the live side; and then no diff left."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.plan import Action
from provisioner.model.runtime import Level
from provisioner.runtimes import RUNTIMES
from provisioner.verbs.adopt.run import planned_adoption
from provisioner.verbs.apply import run as applying
from tests.stories.fields import (
    FIELDS,
    GONE,
    UNSUPPORTED,
    Field,
    assistant,
    detach,
    metadata,
    store,
    write,
)
from tests.stories.hosted_fields import ROWS
from tests.support.stories import (
    Refused,
    causes,
    changes,
    copy_of,
    failures,
    new_world,
    paths,
    watched,
    writes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioner.emulator import App
    from tests.stories.fields import Live
    from tests.support.stories import World

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated.*:DeprecationWarning")
OTHER_TOOLS = ("mode", "name", "server_label", "tools")
"""Parts of a tool_choice that name tools which this wire does not have."""
MADE_AGAIN = {"created_at", "last_active_at", "expires_at", "usage_bytes"}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An account to which everything was applied."""
    with pytest.MonkeyPatch.context() as patch:
        made = new_world(tmp_path_factory.mktemp("applied"), patch)
        write(made)
        made.converge()
    yield made.server
    made.server.close()


@pytest.fixture
def world(world: World, applied: App) -> World:
    """The manifests of everything, and a copy of the account to which they were applied."""
    world.server.close()
    world.server = world.app = copy_of(applied)
    world.loads = {}
    write(world)
    return world


def rows(chosen: list[Field]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("field", chosen, ids=[field.id for field in chosen])


@rows([field for field in FIELDS if field.value is not GONE])
def test_a_field_changed_in_the_manifest_is_all_that_the_plan_shows(
    world: World, field: Field
) -> None:
    before = world.addresses()
    write(world, field.edited(field.value))

    plan = world.plan()

    assert shown(plan) == Counter(field.shown), changes(plan)
    assert causes(plan) <= {"manifest", "reference"}
    assert any(c.action is Action.REPLACE for c in plan.changes) == field.replaces
    world.converge()
    assert world.addresses() == before
    assert world.dangling() == set()


@rows([field for field in FIELDS if field.reset is not None])
def test_a_field_taken_out_of_the_manifest_is_reset_once(world: World, field: Field) -> None:
    before = world.addresses()
    write(world, field.edited(GONE))

    plan = world.plan()

    assert shown(plan) == Counter(field.reset), changes(plan)
    world.converge()
    assert world.addresses() == before
    assert world.dangling() == set()


@rows([field for field in FIELDS if field.live is not None])
def test_a_field_changed_on_the_live_side_is_drift_and_nothing_else(
    world: World, field: Field
) -> None:
    assert field.live is not None
    drifts(world, field.live, set(field.drift))


OTHERS: Mapping[str, tuple[Live, set[str]]] = {
    "a store renamed": (store(name="Elsewhere"), {"name"}),
    "a document with attributes detached": (detach("docs/a.md"), {"files[docs/a.md]"}),
    "all tools taken away": (
        assistant(tools=[]),
        {"tools[file_search]", "tools[code_interpreter]", "tools[quote]", "tools[lookup]"},
    ),
    "two fields at once": (assistant(temperature=2, top_p=1), {"temperature", "top_p"}),
}


@pytest.mark.parametrize("edit", OTHERS.values(), ids=[name.replace(" ", "-") for name in OTHERS])
def test_an_edit_on_the_live_side_is_drift(world: World, edit: tuple[Live, set[str]]) -> None:
    drifts(world, *edit)


def test_the_only_document_of_a_file_detached_is_uploaded_anew(world: World) -> None:
    """The content of a file is recorded where it is attached. Once detached, it is nobody's."""
    with world.client as client:
        detach("docs/handbook.md")(client, world)

    plan = world.plan()

    assert paths(plan) == {"content", "files[docs/handbook.md]"}
    assert causes(plan) == {"manifest", "drift"}
    refuses(world)
    assert world.apply(overwrite_drift=True).succeeded
    assert changes(world.plan()) == []


WIPES: Mapping[str, Live] = {
    "an assistant's, for one key": assistant(metadata={"reviewed": "yes"}),
    "an assistant's, for its own keys": assistant(metadata={"owner": "people-ops", "team": "hr"}),
    "an assistant's, emptied": assistant(metadata={}),
    "a store's, for one key": store(metadata={"reviewed": "yes"}),
    "a store's, emptied": store(metadata={}),
}
PARTLY_WIPED: Mapping[str, Live] = {
    "an assistant's, without what was applied": metadata(
        "assistants", **{"provisioner.applied": None}
    ),
}


@pytest.mark.parametrize("wipe", WIPES.values(), ids=[name.replace(" ", "-") for name in WIPES])
def test_a_mark_wiped_makes_the_object_foreign_and_no_second_one_beside_it(
    world: World, wipe: Live
) -> None:
    ids = world.ids()
    with world.client as client:
        wipe(client, world)
    faulty = watched(world)

    with pytest.raises(Refused, match="provisioner adopt") as refused:
        world.apply()

    assert writes(faulty) == []
    (address, id) = re.findall(r"provisioner adopt (\S+) (\w+)`?;", str(refused.value))[0]
    with planned_adoption(world.options, Address.parse(address), id) as found:
        assert applying.apply(found).succeeded
    report = world.apply(overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    assert world.ids() == ids


@pytest.mark.parametrize(
    "wipe", PARTLY_WIPED.values(), ids=[name.replace(" ", "-") for name in PARTLY_WIPED]
)
def test_a_mark_wiped_in_part_is_drift_under_metadata_alone(world: World, wipe: Live) -> None:
    ids = world.ids()
    with world.client as client:
        wipe(client, world)

    plan = world.plan()

    assert plan.changes
    assert {path.partition("[")[0].partition(".")[0] for path in paths(plan)} == {"metadata"}
    assert causes(plan) == {"drift"}
    refuses(world)
    report = world.apply(overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    assert world.ids() == ids
    assert len(world.rows("assistants")) == 1
    assert len(world.rows("vector_stores")) == 2


def test_a_key_that_somebody_adds_to_metadata_stays_and_is_no_difference(world: World) -> None:
    with world.client as client:
        metadata("assistants", theirs="yes")(client, world)
    assert changes(world.plan()) == []
    field = next(field for field in FIELDS if field.id == "assistant:temperature")
    write(world, field.edited(0.7))
    world.converge()
    assert world.rows("assistants")[0]["metadata"]["theirs"] == "yes"


def test_an_ignored_field_keeps_its_live_value(world: World) -> None:
    ignoring = next(field for field in FIELDS if "alone" in field.name)
    write(world, ignoring.edited(["temperature"]))
    world.converge()
    with world.client as client:
        assistant(temperature=1.7)(client, world)
    assert changes(world.plan()) == []
    documents = ignoring.edited(["temperature"])
    documents[0]["spec"] |= {"temperature": 0.1, "description": "New."}
    write(world, documents)
    assert paths(world.plan()) == {"description"}
    world.converge()
    assert world.rows("assistants")[0]["temperature"] == 1.7


def test_both_sides_changed_says_both(world: World) -> None:
    with world.client as client:
        assistant(temperature=1.7)(client, world)
    write(world, next(f for f in FIELDS if f.id == "assistant:temperature").edited(0.7))
    plan = world.plan()
    assert paths(plan) == {"temperature"}
    assert causes(plan) == {"both"}
    refuses(world)
    assert world.apply(overwrite_drift=True).succeeded
    assert changes(world.plan()) == []


def test_one_of_both_tables_has_a_row_for_every_property_of_every_kind() -> None:
    declared = {
        f"{name}:{path}" for name, kind in KINDS.items() for path in properties(kind.schema)
    }
    of_agents = {row.covers for row in ROWS}
    covered = {field.covers for field in FIELDS} | of_agents
    assert {field.kind for field in FIELDS}.isdisjoint(c.partition(":")[0] for c in of_agents)
    missing = {
        path
        for path in declared - covered - UNSUPPORTED - COMPOSED
        if not is_elsewhere(path) and not path.startswith("assistant:checks")
    }
    assert missing == set()
    assert covered - declared == set()


COMPOSED = {
    *(f"assistant:instructions.parts{rest}" for rest in ("", "[].file", "[].text", "[].variables")),
    "vector_store:files[].exclude",
}
"""Ways to write a text or a list of files, which the live side never sees: the tests of source,
`test_parts` and `test_globs`, say what becomes of them."""


def is_elsewhere(covers: str) -> bool:
    """Return true if this runtime lacks a property: tests/runtimes sets those that it has."""
    kind, _, path = covers.partition(":")
    path = f"tools[function].{path}" if kind == "function" else path.replace(".function.", ".", 1)
    lacking = [
        known
        for known, support in RUNTIMES["assistants"].support.items()
        if support.level is Level.UNSUPPORTED
    ]
    of_other_tools = path.startswith(tuple(f"tool_choice.{part}" for part in OTHER_TOOLS))
    return of_other_tools or any(
        path == known or path.startswith((f"{known}.", f"{known}[")) for known in lacking
    )


def properties(schema: Mapping[str, Any], inside: str = "") -> Iterator[str]:
    """Every property that a manifest can set: `tools[file_search].max_num_results`.

    What is a JSON Schema itself, and free maps, are one property each.
    """
    for name, inner in schema.get("properties", {}).items():
        path = f"{inside}.{name}" if inside else name
        yield path
        yield from nested(inner, path)


def nested(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    for part in (schema, schema.get("then", {}), schema.get("else", {})):
        yield from properties(part, path)
    items = schema.get("items")
    if isinstance(items, dict):
        yield from nested(items, f"{path}[]")
        for variant in items.get("allOf", []):
            kind = variant["if"]["properties"]["type"]["const"]
            base = path + f"[{kind}]"
            found = [p for p in properties(variant["then"], base) if p != f"{base}.type"]
            yield from found or [base]


def shown(plan: Any) -> Counter[str]:
    """Every field and document of a plan, as often as it is shown.

    What a new object is made of is not counted: it has no live side to differ from.
    """
    documents = [f"files[{d.path}]" for c in plan.changes for d in c.documents]
    return Counter([f.path for c in plan.changes for f in c.fields] + documents)


def drifts(world: World, edit: Live, expected: set[str]) -> None:
    """An edit shows as drift on what it touched, stops an apply, and can be undone."""
    before, ids = without_times(world), set(world.ids().values())
    with world.client as client:
        edit(client, world)

    plan = world.plan()

    assert shown(plan) == Counter(expected), changes(plan)
    assert causes(plan) == {"drift"}
    refuses(world)
    report = world.apply(overwrite_drift=True)
    assert report.succeeded, failures(report)
    assert changes(world.plan()) == []
    assert set(world.ids().values()) == ids
    assert [row for row in without_times(world) if row not in before] == []
    assert world.addresses() == ["assistant.full", "vector_store.annex", "vector_store.library"]


def refuses(world: World) -> None:
    """An apply that nobody reviewed writes nothing."""
    before, faulty = world.account(), watched(world)
    with pytest.raises(Refused, match="changed on the live side"):
        world.apply()
    assert writes(faulty) == []
    assert world.account() == before


def without_times(world: World) -> list[dict[str, Any]]:
    """The account but for when things happened and which file a document is."""
    kept = []
    for path, row in world.account().items():
        lasting = {key: value for key, value in row.items() if key not in MADE_AGAIN}
        kept.append({**lasting, "id": ""} if "files/" in path else lasting)
    return sorted(kept, key=str)
