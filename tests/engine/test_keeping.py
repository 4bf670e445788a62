"""An object that somebody goes on using is kept, and the user is named."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.plan import make_plan
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.plan import Plan
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Lifecycle
from tests.engine import build
from tests.engine.build import LIBRARY, QA, SEARCH, applied, assistant, desired, document, store

KB = applied(store(document("a.md")), "vs_kb")
ASKING = applied(assistant(tools={"file_search": SEARCH}), "asst_qa")


def stranger(*ids: str, kind: str = "assistant", id: str = "asst_theirs") -> RemoteObject:
    return RemoteObject(kind, id, "Support", {}, refers_to=frozenset(ids))


def planned(there: Live, *wanted: Any, **options: Any) -> Plan:
    return make_plan(build.CONTEXT, desired(*wanted), there, **options)


def work(plan: Plan) -> dict[str, str]:
    return {
        f"{c.live.id if c.live else c.address}": f"{c.action.word} {c.reason}" for c in plan.changes
    }


def said(plan: Plan) -> str:
    return "\n".join(map(str, plan.diagnostics))


class TestAnOrphan:
    def test_that_nobody_refers_to_is_deleted(self) -> None:
        plan = planned(build.live(KB, ASKING, foreign=(stranger(),)))

        assert work(plan) == {"vs_kb": "delete orphan", "asst_qa": "delete orphan"}

    def test_that_a_foreign_object_refers_to_is_forgotten_and_names_it(self) -> None:
        plan = planned(build.live(KB, ASKING, foreign=(stranger("vs_kb"),)))

        assert work(plan) == {"vs_kb": "forget orphan", "asst_qa": "delete orphan"}
        (referrer,) = plan.changes[1].referrers
        assert str(referrer) == "assistant asst_theirs 'Support' (foreign)"

    def test_that_another_owner_refers_to_is_forgotten_and_names_the_owner(self) -> None:
        mark = Mark(Owner("k3v9", "prod"), QA)
        other = replace(stranger("vs_kb"), mark=mark)

        plan = planned(build.live(KB, elsewhere=(other,)))

        assert [str(r) for c in plan.changes for r in c.referrers] == [
            "assistant asst_theirs 'Support' (k3v9/prod)"
        ]

    def test_that_only_a_bystander_refers_to_is_forgotten_too(self) -> None:
        session = stranger("asst_qa", kind="session", id="sess_1")

        assert work(planned(build.live(ASKING, bystanders=(session,)))) == {
            "asst_qa": "forget orphan"
        }

    def test_keeps_what_it_refers_to_itself_once_it_is_kept(self) -> None:
        """The foreign assistant needs ours, and ours needs the store."""
        plan = planned(build.live(KB, ASKING, foreign=(stranger("asst_qa"),)))

        assert work(plan) == {"asst_qa": "forget orphan", "vs_kb": "forget orphan"}
        assert [str(r) for r in plan.changes[1].referrers] == ["assistant asst_qa 'qa' (forgotten)"]

    def test_that_one_of_ours_goes_on_using_stays_ours(self) -> None:
        chosen = frozenset({LIBRARY})
        there = build.live(KB, ASKING)

        plan = planned(there, assistant(tools={"file_search": SEARCH}), chosen=chosen)

        assert plan.is_empty
        assert "assistant asst_qa 'qa' (ours) refers to it" in said(plan)

    def test_that_only_a_release_of_somebody_else_names_is_forgotten(self) -> None:
        theirs = replace(stranger("vs_kb", id="o/e/x@3"), mark=Mark(Owner("o", "e"), QA))

        plan = planned(build.live(KB, releases=(theirs,)))

        assert work(plan) == {"vs_kb": "forget orphan"}

    def test_goes_with_its_own_releases(self) -> None:
        mine = replace(stranger("vs_kb", id="k/d/qa@3"), mark=Mark(build.OWNER, QA))

        plan = planned(build.live(KB, ASKING, releases=(mine,)))

        assert set(work(plan).values()) == {"delete orphan"}

    def test_that_is_protected_is_not_forgotten_in_silence(self) -> None:
        held = applied(store(lifecycle=Lifecycle(prevent_destroy=True)), "vs_kb")
        there = build.live(held, foreign=(stranger("vs_kb"),))

        (refusal,) = build.refused(planned(there), there)

        assert "It would be forgotten" in refusal


class TestALeftover:
    def test_that_somebody_refers_to_stays_ours_for_now(self) -> None:
        twin = replace(KB, id="vs_twin", created_at=9.0)
        there = build.live(KB, surplus=(twin,), foreign=(stranger("vs_twin"),))

        plan = planned(there, store(document("a.md")))

        assert plan.is_empty
        assert "It (vs_twin) stays ours" in said(plan)

    def test_goes_where_only_the_one_that_stays_is_referred_to(self) -> None:
        twin = replace(KB, id="vs_twin", created_at=9.0)
        there = build.live(KB, surplus=(twin,), foreign=(stranger("vs_kb"),))

        assert work(planned(there, store(document("a.md")))) == {"vs_twin": "delete duplicate"}


class TestAReplacement:
    WANTED = store(document("a.md"), description="another")

    def test_keeps_the_old_object_while_a_stranger_refers_to_it(self) -> None:
        plan = planned(build.live(KB, foreign=(stranger("vs_kb"),)), self.WANTED)

        (change,) = plan.changes
        assert change.action.word == "replace"
        assert change.live
        assert change.live.retained
        assert "The old object (vs_kb) stays ours" in said(plan)

    @pytest.mark.parametrize("raw", [frozenset(), frozenset({"vs_kb"})])
    def test_removes_the_old_object_once_ours_are_pointed_to_the_new_one(
        self, raw: frozenset[str]
    ) -> None:
        asking = replace(ASKING, refers_to=raw)
        user = assistant(tools={"file_search": SEARCH})

        plan = planned(build.live(KB, asking), self.WANTED, user)

        (change,) = [c for c in plan.changes if c.address == LIBRARY]
        assert change.live
        assert not change.live.retained
        assert said(plan) == ""

    def test_keeps_the_old_object_where_ours_is_not_selected(self) -> None:
        user = assistant(tools={"file_search": SEARCH})

        plan = planned(build.live(KB, ASKING), self.WANTED, user, chosen=frozenset({LIBRARY}))

        (change,) = plan.changes
        assert change.live
        assert change.live.retained


def test_a_file_that_a_foreign_assistant_attaches_is_forgotten() -> None:
    there = build.live(applied(build.file("table"), "file_1"), foreign=(stranger("file_1"),))

    assert work(planned(there)) == {"file_1": "forget orphan"}


def test_three_referrers_are_named_and_the_rest_are_counted() -> None:
    many = tuple(stranger("vs_kb", id=f"asst_{n}") for n in range(9))

    plan = planned(build.live(KB, foreign=many), TestAReplacement.WANTED)

    assert "assistant asst_2 'Support' (foreign), 6 more refer to it" in said(plan)


def test_what_a_row_names_in_a_field_that_nobody_knows_is_kept_through_an_update() -> None:
    """A second store of an assistant: the kind reads only the first."""
    other = applied(store(name="other"), "vs_other")
    asking = replace(ASKING, refers_to=frozenset({"vs_kb", "vs_other"}))
    user = assistant(tools={"file_search": SEARCH}, description="new")

    plan = planned(build.live(KB, other, asking), store(document("a.md")), user)

    assert work(plan) == {"asst_qa": "update manifest"}
    assert f"{Address('vector_store', 'other')}: still in use" in said(plan)
