"""A list that is refused is an error only of who declares the kind; what is dropped is not asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from provisioner.engine.classify import classify
from provisioner.inventory import read
from provisioner.model.codes import servers
from provisioner.model.errors import (
    Invalid,
    NoSuchApi,
    NotFound,
    ProviderError,
    RateLimited,
    Unauthorized,
)
from provisioner.model.mark import Mark
from provisioner.model.provider import Provider, Row
from provisioner.model.resource import Desired
from provisioner.model.value import RemoteId
from tests.engine.build import BINDINGS, OWNER, QA, assistant, desired, document, store
from tests.support.stories import STACK, manifest, new_world, watched


class Refusing:
    """A provider whose lists are these rows, or these errors."""

    def __init__(self, **answers: list[Row] | ProviderError) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def list(self, collection: str, parent: str = "", **_query: Any) -> list[Row]:
        self.asked.append(f"{collection} {parent}".strip())
        answer = self.answers[collection.replace("/", "_")]
        if isinstance(answer, ProviderError):
            raise answer
        return answer


def inventory(provider: Any, wanted: Desired) -> Any:
    typed: Provider = provider
    return read(typed, BINDINGS, OWNER, wanted)


REFUSALS: Mapping[str, ProviderError] = {
    "400": Invalid(servers.REQUEST_REFUSED, "It said no."),
    "401": Unauthorized(servers.KEY_REFUSED, "It said no."),
    "404": NotFound(servers.NO_SUCH_API, "It said no."),
    "405 or 501": NoSuchApi(servers.NO_SUCH_API, "It said no."),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=list(REFUSALS))
class TestAListThatIsRefused:
    def test_of_a_kind_that_nobody_declares_is_named_and_no_error(
        self, refusal: ProviderError
    ) -> None:
        provider = Refusing(assistants=[{"id": "a"}], vector_stores=refusal)

        found = inventory(provider, desired(assistant()))

        assert list(found.unread) == ["vector_store"]
        live = classify(found, BINDINGS, OWNER, desired(assistant()))
        assert live.unread == {"vector_store"}
        told = [one.subject for one in live.diagnostics]
        assert told == ([] if refusal.diagnostics[0].code == servers.NO_SUCH_API else told)

    def test_leaves_open_whether_what_is_referred_to_is_there(self, refusal: ProviderError) -> None:
        mark = Mark(OWNER, QA).to_metadata()
        search = {"file_search": {"vector_store_ids": ["vs_1"]}}
        row: Row = {
            "id": "a",
            "model": "gpt-6.1",
            "metadata": mark,
            "tools": [{"type": "file_search"}],
            "tool_resources": search,
        }
        wanted = desired(assistant())
        answers: list[tuple[list[Row] | ProviderError, bool]] = [
            (refusal, False),
            ([{"id": "vs_1"}], False),
            ([], True),
        ]

        for stores, gone in answers:
            provider = Refusing(assistants=[row], vector_stores=stores)
            live = classify(inventory(provider, wanted), BINDINGS, OWNER, wanted)

            tool = live.objects[QA].spec["tools"]["file_search"]
            assert tool["vector_store"] == RemoteId("vector_store", "vs_1", gone=gone)

    def test_of_a_kind_that_is_declared_is_an_error(self, refusal: ProviderError) -> None:
        provider = Refusing(assistants=[], vector_stores=refusal)

        with pytest.raises(type(refusal)):
            inventory(provider, desired(store(document("a.md"))))


@pytest.mark.parametrize(
    "failure",
    [ProviderError(servers.SERVER_FAILED), RateLimited(servers.SERVER_FAILED)],
    ids=["500", "429"],
)
def test_a_failure_is_never_taken_for_a_refusal(failure: ProviderError) -> None:
    provider = Refusing(assistants=[], vector_stores=failure)

    with pytest.raises(ProviderError):
        inventory(provider, desired(assistant()))


def test_where_everything_is_refused_that_is_an_error() -> None:
    no = REFUSALS["401"]

    with pytest.raises(Unauthorized):
        inventory(Refusing(assistants=no, vector_stores=no), {})


def test_an_empty_store_is_asked_for_its_files_only_where_some_are_wanted() -> None:
    mark = {"provisioner.owner": str(OWNER), "provisioner.address": "vector_store.library"}
    row = {"id": "vs_1", "metadata": mark, "file_counts": {"total": 0}}
    full = {**row, "id": "vs_2", "file_counts": {"total": 3}}
    untold = {**row, "id": "vs_3", "file_counts": None}
    answers: dict[str, Any] = {
        "assistants": [],
        "vector_stores": [row, full, untold],
        "vector_stores_files": [],
    }

    for wanted, asked in (
        (store(), ["vs_2", "vs_3"]),
        (store(document("a.md")), ["vs_1", "vs_2", "vs_3"]),
    ):
        provider = Refusing(**answers)
        inventory(provider, desired(wanted))
        inner = [one for one in provider.asked if " " in one]
        assert sorted(inner) == [f"vector_stores/files {id}" for id in asked]


def test_what_the_target_drops_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = new_world(tmp_path, monkeypatch)
    target = {"runtime": "assistants", "server": "embedded", "drop": ["vector_store"]}
    stack = {**STACK, "spec": {"targets": {"local": target}}}
    world.write([stack, manifest("Assistant", "a", model="gpt-6.1-terra")])
    faulty = watched(world)

    world.plan()

    assert [call.path for call in faulty.calls] == ["/v1/assistants"]
    world.server.close()
