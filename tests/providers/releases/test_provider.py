"""Releases behind the Provider seam, beside the live objects of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.model.address import Address
from provisioner.model.errors import Invalid, NotFound
from provisioner.model.mark import Mark, Owner
from provisioner.providers.client import open_provider
from provisioner.providers.releases import Conflict
from provisioner.providers.releases.provider import ReleasesProvider
from provisioner.providers.releases.retention import DAY
from tests.providers.conftest import HASTY, SETTINGS
from tests.providers.releases.conftest import ID, Place, release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.model.provider import Provider

OWNER = Owner("acme", "prod")


def marked(name: str = "policy-qa", owner: Owner = OWNER, **more: str) -> dict[str, str]:
    return {**Mark(owner, Address("assistant", name)).to_metadata(), **more}


def body(model: str = "gpt-6.1-terra", **more: Any) -> dict[str, Any]:
    params = {"model": model, "temperature": 0.2, "max_output_tokens": None}
    return {"name": "Policy Q&A", "params": params, "metadata": marked(), **more}


@pytest.fixture
def connect(folder: Place) -> Iterator[Callable[[], ReleasesProvider]]:
    """Any number of providers on one registry, each with the embedded server inside."""
    opened: list[ReleasesProvider] = []

    def connect_to() -> ReleasesProvider:
        inner: Provider = open_provider(
            SETTINGS, timeout=30, parallelism=4, app=create_app(), patience=HASTY
        )
        opened.append(ReleasesProvider(inner, folder.registry(), lambda: {"revision": "1f2e3d"}))
        return opened[-1]

    yield connect_to
    for provider in opened:
        provider.close()


@pytest.fixture
def provider(connect: Callable[[], ReleasesProvider]) -> ReleasesProvider:
    return connect()


def test_a_created_release_is_listed_and_read(provider: ReleasesProvider) -> None:
    row = provider.create("releases", body(description="Answers questions."))
    assert row == provider.get("releases", ID)
    assert [row] == provider.list("releases")
    assert (row["id"], row["number"], row["name"]) == (ID, 1, "Policy Q&A")
    assert row["params"] == {"model": "gpt-6.1-terra", "temperature": 0.2}
    assert row["metadata"] == marked()
    assert row["description"] == "Answers questions."
    assert row["digest"].startswith("sha256:")
    assert row["created_at"] > 0


def test_what_a_release_says_of_itself_comes_from_its_mark(
    provider: ReleasesProvider, folder: Place
) -> None:
    provider.create("releases", body())
    release = folder.registry().current()[ID]
    assert (release.owner, release.address) == ("acme/prod", "assistant.policy-qa")
    assert release.provenance == {"revision": "1f2e3d"}


def test_releases_of_every_owner_are_listed(provider: ReleasesProvider) -> None:
    theirs = Owner("globex", "default")
    provider.create("releases", body())
    provider.create("releases", body(metadata=marked(owner=theirs)))
    provider.create("releases", body(metadata=marked("order-support")))
    ids = [row["id"] for row in provider.list("releases")]
    assert ids == ["acme/prod/order-support", ID, "globex/default/policy-qa"]


def test_an_update_replaces_the_given_parameters_and_keeps_the_rest(
    provider: ReleasesProvider,
) -> None:
    provider.create("releases", body(description="Old"))
    params = {"temperature": None, "truncation": "auto"}
    row = provider.update("releases", ID, {"params": params})
    assert row["params"] == {"model": "gpt-6.1-terra", "truncation": "auto"}
    assert (row["number"], row["description"], row["metadata"]) == (2, "Old", marked())


def test_an_update_replaces_metadata_as_a_whole_as_the_api_does(
    provider: ReleasesProvider,
) -> None:
    provider.create("releases", body(metadata=marked(team="people-ops", tier="1")))
    row = provider.update("releases", ID, {"metadata": marked(tier="2")})
    assert row["metadata"] == marked(tier="2")


def test_an_update_clears_what_is_none(provider: ReleasesProvider) -> None:
    provider.create("releases", body(description="Old"))
    assert provider.update("releases", ID, {"description": None})["description"] is None


def test_an_update_that_changes_nothing_publishes_nothing(provider: ReleasesProvider) -> None:
    provider.create("releases", body())
    assert provider.update("releases", ID, body())["number"] == 1


def test_an_update_after_somebody_else_published_is_a_conflict(
    connect: Callable[[], ReleasesProvider],
) -> None:
    mine, theirs = connect(), connect()
    theirs.create("releases", body())
    mine.list("releases")
    theirs.update("releases", ID, {"params": {"model": "theirs"}})
    with pytest.raises(Conflict) as raised:
        mine.update("releases", ID, {"params": {"model": "mine"}})
    assert raised.value.status == 409
    # The engine takes this word for a server that wants whole bodies.
    assert "required" not in str(raised.value).lower()
    assert mine.get("releases", ID)["params"]["model"] == "theirs"
    assert mine.update("releases", ID, {"params": {"model": "mine"}})["number"] == 3


def test_a_delete_after_somebody_else_published_is_a_conflict(
    connect: Callable[[], ReleasesProvider],
) -> None:
    mine, theirs = connect(), connect()
    mine.create("releases", body())
    theirs.update("releases", ID, {"params": {"model": "theirs"}})
    with pytest.raises(Conflict):
        mine.delete("releases", ID)
    assert theirs.get("releases", ID)["number"] == 2


def test_creating_what_somebody_else_has_created_is_a_conflict(
    connect: Callable[[], ReleasesProvider],
) -> None:
    mine, theirs = connect(), connect()
    theirs.create("releases", body("theirs"))
    with pytest.raises(Conflict, match="release 1"):
        mine.create("releases", body("mine"))


def test_creating_the_same_twice_makes_one(connect: Callable[[], ReleasesProvider]) -> None:
    first = connect().create("releases", body())
    assert connect().create("releases", body()) == first


def test_a_deleted_release_is_gone_and_can_be_created_anew(provider: ReleasesProvider) -> None:
    provider.create("releases", body())
    provider.delete("releases", ID)
    provider.delete("releases", ID)
    assert provider.list("releases") == []
    with pytest.raises(NotFound):
        provider.get("releases", ID)
    with pytest.raises(NotFound):
        provider.update("releases", ID, {"params": {}})
    assert provider.create("releases", body())["number"] == 3


def test_deleting_what_never_was_is_success(provider: ReleasesProvider) -> None:
    provider.delete("releases", "acme/prod/nobody")


def test_a_release_without_a_mark_is_refused(provider: ReleasesProvider) -> None:
    with pytest.raises(Invalid, match="without an owner"):
        provider.create("releases", body(metadata={"team": "people-ops"}))


def test_a_field_that_a_release_lacks_is_refused(provider: ReleasesProvider) -> None:
    with pytest.raises(Invalid, match="has no temperature"):
        provider.create("releases", body(temperature=1))


def test_a_wiped_mark_stays_wiped_until_somebody_writes_it_again(
    provider: ReleasesProvider,
) -> None:
    provider.create("releases", body())
    assert provider.update("releases", ID, {"metadata": {"x": "y"}})["metadata"] == {"x": "y"}
    assert provider.update("releases", ID, {"metadata": marked()})["id"] == ID


def test_a_release_that_changes_owner_moves_and_is_deleted_where_it_was(
    provider: ReleasesProvider,
) -> None:
    provider.create("releases", body())
    renamed = marked(owner=Owner("acme-2", "prod"))
    row = provider.update("releases", ID, {"metadata": renamed})
    assert row["id"] == "acme-2/prod/policy-qa"
    assert [row] == provider.list("releases")


def test_history_and_rollback_are_there_for_whoever_holds_the_provider(
    provider: ReleasesProvider,
) -> None:
    provider.create("releases", body("a"))
    provider.update("releases", ID, {"params": {"model": "b"}})
    history = provider.list("releases/history", ID)
    assert [row["id"] for row in history] == [f"{ID}/0000000{n}.json" for n in (2, 1)]
    row = provider.action("releases", ID, "rollback", {"number": 1}, "")
    assert (row["number"], row["params"]["model"]) == (3, "a")
    assert provider.update("releases", ID, {"params": {"model": "c"}})["number"] == 4
    with pytest.raises(Invalid):
        provider.action("releases", ID, "cancel", {}, "")


def test_all_else_is_the_other_providers(provider: ReleasesProvider) -> None:
    store = provider.create("vector_stores", {"name": "library"})
    assert [row["id"] for row in provider.list("vector_stores")] == [store["id"]]
    assert provider.get("vector_stores", store["id"])["name"] == "library"
    assert provider.update("vector_stores", store["id"], {"name": "new"})["name"] == "new"
    provider.delete("vector_stores", store["id"])
    assert provider.list("vector_stores") == []
    assert provider.requests == {"POST": 2, "GET": 3, "DELETE": 1}


def test_requests_to_object_storage_are_counted_with_the_others(
    s3_location: str, connect: Callable[[], ReleasesProvider]
) -> None:
    provider = ReleasesProvider(connect(), Place(s3_location).registry())
    provider.list("vector_stores")
    provider.create("releases", body())
    counted = dict(provider.requests)
    assert counted["PUT"] == 1
    provider.list("releases")
    assert provider.requests == {**counted, "GET": counted["GET"] + 2}


def test_the_same_from_another_revision_is_not_published_again(
    provider: ReleasesProvider, folder: Place
) -> None:
    provider.create("releases", body())
    later = ReleasesProvider(provider, folder.registry(), lambda: {"revision": "4a5b6c"})

    assert later.update("releases", ID, body())["number"] == 1
    assert later.create("releases", body())["provenance"] == {"revision": "1f2e3d"}
    changed = later.update("releases", ID, {"params": {"model": "b"}})
    assert (changed["number"], changed["provenance"]) == (2, {"revision": "4a5b6c"})


def test_where_releases_come_from_is_asked_once_and_only_to_publish(
    provider: ReleasesProvider, folder: Place
) -> None:
    asked: list[str] = []

    def provenance() -> dict[str, str]:
        asked.append("asked")
        return {}

    mine = ReleasesProvider(provider, folder.registry(), provenance)
    mine.list("releases")
    mine.list("releases/history")
    assert asked == []
    mine.create("releases", body("a"))
    for model in "bc":
        mine.update("releases", ID, {"params": {"model": model}})
    assert asked == ["asked"]


def test_a_rollback_carries_the_metadata_that_it_is_given(provider: ReleasesProvider) -> None:
    provider.create("releases", body("a"))
    provider.update("releases", ID, {"params": {"model": "b"}})

    metadata = marked(team="people-ops")
    row = provider.action("releases", ID, "rollback", {"number": 1, "metadata": metadata}, "")

    assert (row["params"]["model"], row["metadata"]) == ("a", metadata)
    assert row["provenance"] == {"revision": "1f2e3d", "rollback_of": "1"}


def test_a_rollback_after_somebody_else_published_is_a_conflict(
    connect: Callable[[], ReleasesProvider],
) -> None:
    mine, theirs = connect(), connect()
    theirs.create("releases", body("a"))
    mine.list("releases")
    theirs.update("releases", ID, {"params": {"model": "b"}})

    with pytest.raises(Conflict):
        mine.action("releases", ID, "rollback", {"number": 1}, "")


def test_a_history_says_what_is_kept(provider: ReleasesProvider, folder: Place) -> None:
    registry = folder.registry()
    kept = ReleasesProvider(provider, registry, retire_after=DAY)
    for model in "abcdefghijkl":
        registry.publish(release(model))
        folder.now += 10 * DAY
    rows = kept.list("releases/history", ID)

    assert [row["number"] for row in rows if not row["retained"]] == [2, 1]
    kept.prune(
        "acme/prod", DAY, lambda going, _staying: [row for row in going if row["number"] == 1]
    )
    assert [row["number"] for row in kept.list("releases/history", ID)] == [*range(12, 2, -1), 1]
