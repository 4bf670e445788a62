"""The guards refuse a plan, and each refusal names the way to lift it."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.guard import (
    drift_refusals,
    identity_refusals,
    namesake_refusals,
    refusals,
)
from provisioner.engine.missing_secrets import (
    missing_secret_refusals,
    missing_secret_warnings,
)
from provisioner.model.address import Address
from provisioner.model.mark import Mark, Owner
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Action, Change, Reason
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.stack import Guards
from provisioner.model.value import MissingSecret
from tests.engine import build
from tests.engine.build import applied, assistant, document, edited, live, store

PROTECTED = Lifecycle(prevent_destroy=True)


def refused(*wanted: Resource, there: Live, percent: int = 30, unprotect: str = "") -> list[str]:
    changes = build.plan(build.desired(*wanted), there).changes
    lifted = [Address.parse(unprotect)] if unprotect else []
    return [str(d) for d in refusals(changes, there, Guards(percent), lifted)]


@pytest.mark.parametrize(
    ("total", "gone", "percent", "is_refused"),
    [
        (4, 4, 30, False),
        (5, 4, 30, False),
        (5, 5, 30, True),
        (16, 5, 30, True),
        (17, 5, 30, False),
        (20, 6, 30, False),
        (20, 7, 30, True),
        (20, 20, 100, False),
        (100, 5, 0, True),
    ],
)
def test_deleting_too_much_is_refused(
    total: int, gone: int, percent: int, is_refused: bool
) -> None:
    resources = [assistant(f"a{n}") for n in range(total)]

    found = refused(*resources[gone:], there=live(*map(applied, resources)), percent=percent)

    assert len(found) == is_refused
    for text in found:
        assert f"{gone} of {total}" in text
        assert "max_delete_percent" in text
        assert "--max-delete-percent" in text


def test_what_others_hold_here_makes_no_share_of_ours_smaller() -> None:
    resources = [assistant(f"a{n}") for n in range(5)]
    there = live(*map(applied, resources))
    others = tuple(held_by(Owner("other"), Address("assistant", f"b{n}")) for n in range(40))
    nobodys = tuple(namesake(name=f"c{n}") for n in range(40))

    for beside_them in (
        replace(there, foreign=nobodys),
        replace(there, elsewhere=others),
        replace(there, bystanders=nobodys),
    ):
        (text,) = refused(there=beside_them)

        assert "5 of 5 objects would be deleted" in text


@pytest.mark.parametrize(("gone", "is_refused"), [(4, False), (5, True)])
def test_removing_too_many_documents_is_refused(gone: int, is_refused: bool) -> None:
    documents = [document(f"{n}.md") for n in range(10)]

    found = refused(store(*documents[gone:]), there=live(applied(store(*documents))))

    assert len(found) == is_refused
    assert all(f"{gone} of 10 documents would be removed" in text for text in found)


def test_left_over_documents_and_duplicates_are_no_massacre() -> None:
    resource = store()
    left = tuple(build.applied_document(document(f"{n}.md"), file_id=f"file-{n}") for n in range(9))
    there = live(replace(applied(resource), surplus_documents=left))
    copies = tuple(applied(assistant(), id=f"copy-{n}") for n in range(9))
    there = replace(there, surplus=copies)

    assert refused(resource, there=there) == []


@pytest.mark.parametrize(
    ("wanted", "unprotect", "is_refused"),
    [
        ([], "", True),
        ([], "vector_store.library", False),
        ([store(description="new", lifecycle=PROTECTED)], "", True),
        ([store(description="new")], "", False),
        ([store(name="library", lifecycle=PROTECTED)], "", False),
    ],
)
def test_protection_outlives_its_manifest(
    wanted: list[Resource], unprotect: str, is_refused: bool
) -> None:
    there = live(applied(store(lifecycle=PROTECTED)))

    found = refused(*wanted, there=there, unprotect=unprotect)

    assert len(found) == is_refused
    assert all("--unprotect vector_store.library" in text for text in found)


def test_a_second_copy_of_a_protected_object_may_go() -> None:
    resource = assistant(lifecycle=PROTECTED)
    there = replace(live(applied(resource)), surplus=(applied(resource, id="copy"),))

    assert refused(resource, there=there) == []


def test_drift_is_not_overwritten_unasked() -> None:
    resource = assistant(temperature=0.2, metadata={f"k{n}": "v" for n in range(6)})
    there = edited(applied(resource), temperature=0.9, metadata={})
    shelf = store(document("a.md"))
    emptied = replace(applied(shelf), documents={})
    calm = assistant("calm")
    changes = build.plan(
        build.desired(resource, shelf, calm), live(there, emptied, applied(calm))
    ).changes

    found = [str(d) for d in drift_refusals(changes)]

    assert len(found) == 2
    assert "assistant.qa: changed on the live side" in found[0]
    assert "temperature" in found[0]
    assert "and 2 more" in found[0]
    assert "files[a.md]" in found[1]
    assert all("--overwrite-drift" in text for text in found)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (["TOKEN"], "TOKEN is not set, neither in the environment nor in .env. Set it "),
        (["B", "A"], "A, B are not set, neither in the environment nor in .env. Set them "),
    ],
)
def test_a_plan_and_a_refusal_say_in_whole_sentences_which_secret_is_not_here(
    variables: list[str], says: str
) -> None:
    spec = {name: MissingSecret(name) for name in variables}
    changes = build.plan(build.desired(assistant(metadata=spec)), live()).changes

    (warned,), (refused,) = missing_secret_warnings(changes), missing_secret_refusals(changes)

    assert warned.detail.startswith(says)
    assert refused.detail.startswith(says.rpartition(" Set")[0])
    assert "Nothing was changed." in refused.detail


def held_by(owner: Owner, address: Address) -> RemoteObject:
    return RemoteObject(address.kind, f"their-{address.name}", "", {}, Mark(owner, address))


@pytest.mark.parametrize(
    ("holder", "there", "is_refused"),
    [
        (Owner("other"), live(), True),
        (Owner("k3v9", "prod"), live(), False),
        (Owner("other"), live(applied(assistant("mine"))), False),
        (Owner("other"), Live(surplus=(applied(assistant("mine")),)), False),
    ],
)
def test_a_stack_that_was_renamed_or_copied_is_noticed(
    holder: Owner, there: Live, is_refused: bool
) -> None:
    there = replace(there, elsewhere=(held_by(holder, build.QA), held_by(holder, build.LIBRARY)))

    found = identity_refusals(build.OWNER, build.desired(assistant()), there)

    assert len(found) == is_refused
    for refusal in found:
        assert f"adopt --owner {holder}" in str(refusal)
        assert "--new" in str(refusal)


def test_other_stacks_with_other_addresses_are_good_neighbours() -> None:
    there = Live(elsewhere=(held_by(Owner("other"), build.LIBRARY),))

    assert identity_refusals(build.OWNER, build.desired(assistant()), there) == []


def namesake(kind: str = "assistant", name: str = "qa", **facts: Any) -> RemoteObject:
    return RemoteObject(kind, "asst_foreign", name, {}, **facts)


def beside(foreign: RemoteObject, *ours: RemoteObject, allowed: str = "") -> list[str]:
    there = replace(live(*ours), foreign=(foreign,))
    changes = build.plan(build.desired(assistant()), there).changes
    terms = [Address.parse(allowed)] if allowed else []
    return [str(one) for one in namesake_refusals(changes, there, build.BINDINGS, terms)]


class TestAForeignObjectOfTheSameName:
    def test_stops_the_create_and_says_both_ways_on(self) -> None:
        (refusal,) = beside(namesake())

        assert "provisioner adopt assistant.qa asst_foreign" in refusal
        assert "--new-object assistant.qa" in refusal

    @pytest.mark.parametrize("allowed", ["assistant.qa", "assistant.*"])
    def test_stops_nothing_once_a_second_one_is_meant(self, allowed: str) -> None:
        assert beside(namesake(), allowed=allowed) == []

    @pytest.mark.parametrize("allowed", ["assistant.other", "vector_store.*"])
    def test_still_stops_it_where_something_else_is_meant(self, allowed: str) -> None:
        assert beside(namesake(), allowed=allowed) != []

    @pytest.mark.parametrize(
        "foreign",
        [namesake("vector_store"), namesake(name="other"), namesake(parent="not-ours")],
        ids=["another kind", "another name", "in a place that is not ours"],
    )
    def test_of_another_kind_or_name_or_place_stops_nothing(self, foreign: RemoteObject) -> None:
        assert beside(foreign) == []

    def test_is_no_news_beside_an_object_of_ours(self) -> None:
        assert beside(namesake(), applied(assistant())) == []


class TestAPlan:
    """make_plan decides alone, and the plan holds what stands against it."""

    def test_holds_its_refusal_until_the_override_that_it_names_lifts_it(self) -> None:
        guarded = assistant(lifecycle=PROTECTED)
        there = live(applied(guarded))

        plan = build.plan({}, there)
        lifted = build.plan({}, there, overrides=Overrides(unprotect=(guarded.address,)))

        assert [(d.code.name, d.subject) for d in plan.refusals] == [("protected", "assistant.qa")]
        assert plan.standing == plan.unsettled == plan.refusals
        assert lifted.standing == ()

    def test_that_overwrites_drift_may_be_applied_once_somebody_reviewed_it(self) -> None:
        there = live(edited(applied(assistant()), model="other"))

        plan = build.plan(build.desired(assistant()), there)

        assert [d.code.name for d in plan.standing] == ["drift"]
        assert plan.unsettled == ()


def test_leaks_are_no_part_of_the_share_that_may_be_deleted() -> None:
    """They take no live resource away, and those that are nobody's have a guard of their own."""
    leaks = [
        Change(Address("file", f"file-{n}"), Action.DELETE, Reason.LEAK, live=applied(assistant()))
        for n in range(100)
    ]

    assert refusals(leaks, live(applied(assistant())), Guards(0)) == []
