"""Each condition follows from what was read, and from nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.file_names import marked_name
from provisioner.model.codes.servers import KEY_REFUSED
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.leaks import Condition, Remembered, Whose
from provisioner.model.ledger import Made, Tracked, Upload
from provisioner.model.mark import Owner
from tests.engine import build as stack
from tests.gc.build import (
    NOW,
    OTHER,
    OWNER,
    account,
    assistant,
    conditions,
    file,
    judged,
    marked,
    row,
    store,
)


def upload(name: str, size: int, file_id: str = "", started: float = NOW - 86_400.0) -> Upload:
    return Upload(
        1, str(OWNER), "host", "run-1", name, f"docs/{name}", "0" * 64, size, started, file_id
    )


def test_what_manifests_declare_is_declared_and_what_it_names_is_in_use() -> None:
    wanted = stack.desired(stack.assistant("qa"))
    ours = marked(assistant("asst_qa", "vs_foreign"), "assistant.qa")
    found = judged(
        account(
            {"vs_foreign": ["file-a"]},
            assistant=[ours],
            vector_store=[store("vs_foreign")],
            file=[file("file-a")],
        ),
        wanted,
    )

    assert conditions(found) == {
        "asst_qa": "declared",
        "vs_foreign": "in use",
        "file-a": "in use",
    }
    assert found["asst_qa"].whose is Whose.OURS
    assert found["vs_foreign"].proof == "assistant asst_qa refers to it."
    assert found["file-a"].users == ("vector_store vs_foreign",)


def test_ours_that_is_not_declared_is_an_orphan_with_its_documents() -> None:
    ours = marked(store("vs_old"), "vector_store.old")
    found = judged(account(vector_store=[ours]), {}, has_stack=True)

    assert found["vs_old"].condition is Condition.ORPHAN
    assert str(found["vs_old"].address) == "vector_store.old"
    assert "vector_store.old" in found["vs_old"].proof


def test_an_older_generation_is_superseded() -> None:
    wanted = stack.desired(stack.assistant("qa"))
    rows = [
        marked(assistant("asst_1"), "assistant.qa"),
        marked(assistant("asst_2"), "assistant.qa", generation=2),
    ]

    assert conditions(judged(account(assistant=rows), wanted)) == {
        "asst_1": "superseded",
        "asst_2": "declared",
    }


def test_what_carries_another_owners_mark_is_never_deleted_and_keeps_what_it_names() -> None:
    theirs = marked(store("vs_theirs", files=1, status="expired"), "vector_store.x", OTHER)
    whole = account({"vs_theirs": ["file-a"]}, vector_store=[theirs], file=[file("file-a")])

    found = judged(whole)

    assert (found["vs_theirs"].whose, found["vs_theirs"].owner) == (Whose.OTHERS, str(OTHER))
    assert not found["vs_theirs"].deletable
    assert found["file-a"].condition is Condition.IN_USE


def test_our_own_mark_on_an_object_of_another_runtime_protects_it() -> None:
    """A Stack may have a second target on the same account."""
    agent = marked(row("agent_1", name="a"), "assistant.qa")

    found = judged(account(agent=[agent]), {}, has_stack=True)

    assert (found["agent_1"].condition, found["agent_1"].deletable) == (Condition.IN_USE, False)


@pytest.mark.parametrize(
    ("noun", "found", "condition"),
    [
        ("vector_store", store("x", status="expired", files=0, usage=0), "expired"),
        ("vector_store", store("x", files=0, usage=0), "empty"),
        ("vector_store", store("x"), "dangling"),
        ("container", row("x", status="expired"), "expired"),
        ("container", row("x", status="running"), "in use"),
        ("environment", row("x", status="expired"), "expired"),
        ("batch", row("x", status="in_progress"), "in use"),
        ("batch", row("x", status="completed"), "run output"),
        ("batch", row("x", status="expired"), "expired"),
        ("batch", row("x", status="failed"), "failed"),
        ("session", row("x", status="failed"), "failed"),
        ("session", row("x", status="idle"), "idle"),
        ("session", row("x", status="budget_reached"), "idle"),
        ("session", row("x", status="in_progress"), "in use"),
        ("session", row("x", status="requires_action"), "in use"),
        ("assistant", assistant("x"), "in use"),
        ("agent", row("x"), "in use"),
        ("automation", row("x", created_by="agent"), "in use"),
        ("eval", row("x"), "in use"),
        ("fine_tuning_job", row("x", status="succeeded"), "in use"),
        ("skill", row("x", name="s"), "dangling"),
        ("environment_template", row("x", name="t"), "dangling"),
        ("vault", row("x", name="v"), "dangling"),
        ("file", file("x", status="error"), "failed"),
        ("file", file("x"), "dangling"),
        ("file", file("x", "user_data"), "unknowable"),
        ("file", file("x", "vision"), "unknowable"),
        ("file", file("x", "batch"), "unknowable"),
        ("file", file("x", "fine-tune"), "unknowable"),
        ("file", file("x", "evals"), "unknowable"),
        ("file", file("x", "batch_output"), "run output"),
        ("file", file("x", "assistants_output"), "run output"),
        ("file", file("x", "fine-tune-results"), "run output"),
        ("file", {"id": "x"}, "dangling"),
    ],
)  # fmt: skip
def test_an_object_that_nothing_names(noun: str, found: dict[str, Any], condition: str) -> None:
    (one,) = judged(account(**{noun: [found]})).values()

    assert (one.condition.value, one.whose) == (condition, Whose.NOBODY)
    assert one.proof[0].isupper()
    assert one.proof.endswith(".")


def test_a_file_of_assistants_is_unknowable_where_threads_may_hold_it() -> None:
    alone = account(file=[file("file-a")])

    assert judged(alone, has_threads=True)["file-a"].condition is Condition.UNKNOWABLE
    assert (
        judged(account(file=[file("file-a")], assistant=[assistant("asst_1")]))["file-a"].condition
        is Condition.UNKNOWABLE
    )


@pytest.mark.parametrize(
    "noun", ["batch", "fine_tuning_job", "eval", "agent", "session", "assistant"]
)
def test_a_file_that_something_alive_names_anywhere_is_in_use(noun: str) -> None:
    user = row("user_1", status="in_progress", somewhere=[{"deep": {"file_id": "file-abcdefgh"}}])

    found = judged(account(**{noun: [user]}, file=[file("file-abcdefgh", "batch")]))

    assert found["file-abcdefgh"].condition is Condition.IN_USE
    assert found["file-abcdefgh"].proof == f"{noun} user_1 refers to it."


def test_the_input_of_a_batch_that_has_ended_is_not_in_use_because_of_it() -> None:
    ended = row("batch_1", status="completed", input_file_id="file-abcdefgh")

    found = judged(account(batch=[ended], file=[file("file-abcdefgh", "batch")]))["file-abcdefgh"]

    assert found.condition is Condition.DANGLING
    assert found.proof == "Only batch batch_1 refers to it, and that batch has ended (completed)."


def test_the_files_of_a_leak_leak_with_it() -> None:
    whole = account({"vs_1": ["file-a"]}, vector_store=[store("vs_1")], file=[file("file-a")])

    found = judged(whole)["file-a"]

    assert found.condition is Condition.DANGLING
    assert (
        found.proof
        == "Only vector_store vs_1 refers to it, and that vector_store is dangling itself."
    )


def test_a_kept_release_and_a_row_without_an_id_keep_what_they_name() -> None:
    whole = account(
        {"vs_aaaaaaaaa": ["file-aaaaaaaa"]},
        file=[file("file-aaaaaaaa")],
        vector_store=[store("vs_aaaaaaaaa"), store("vs_bbbbbbbbb"), store("vs_ccccccccc")],
    )
    names = replace(
        whole,
        history={
            "assistant": (
                {"id": "a", "x": "vs_aaaaaaaaa"},
                {"id": "b", "x": "vs_ccccccccc", "retained": False},
            )
        },
        nameless={"assistant": ({"stores": ["vs_bbbbbbbbb"]},)},
    )

    assert conditions(judged(names)) == {
        "vs_aaaaaaaaa": "in use",
        "vs_bbbbbbbbb": "in use",
        "vs_ccccccccc": "dangling",
        "file-aaaaaaaa": "in use",
    }


def test_a_list_that_could_not_be_read_makes_unknowable_what_it_may_name() -> None:
    whole = account(vector_store=[store("vs_1")], skill=[row("skill_1", name="s")])
    refused = replace(whole, unread={"assistant": Diagnostic(KEY_REFUSED)})

    assert conditions(judged(refused)) == {"vs_1": "unknowable", "skill_1": "dangling"}


def test_an_upload_without_an_answer_is_only_possibly_ours() -> None:
    known = Remembered(unanswered=(upload("a.txt", 5),))
    files = [
        {**file("file-1"), "filename": "a.txt"},
        {**file("file-2"), "filename": "a.txt", "bytes": 6},
        {**file("file-3"), "filename": "a.txt", "created_at": NOW - 30 * 86_400},
    ]

    found = judged(account(file=files), remembered=known)

    assert conditions(found) == {
        "file-1": "possible unanswered upload",
        "file-2": "dangling",
        "file-3": "dangling",
    }
    assert found["file-1"].whose is Whose.NOBODY
    assert "run-1" in found["file-1"].proof


def test_without_a_ledger_a_document_of_the_manifests_is_told_as_likeness() -> None:
    files = [{**file("file-1"), "filename": "a.md"}, {**file("file-2"), "filename": "b.md"}]

    found = judged(account(file=files), {}, has_stack=True, sent=frozenset({("a.md", 5)}))

    assert found["file-1"].condition is Condition.UNANSWERED
    assert found["file-2"].condition is Condition.DANGLING


@pytest.mark.parametrize("purpose", ["assistants", "user_data"])
def test_an_id_that_the_ledger_has_proves_that_a_file_is_ours(purpose: str) -> None:
    made = Made("host", "file", "file-2", str(OWNER), "file.a", "run-1", 0.0)
    known = Remembered(made={"file-2": made}, uploaded={"file-1": upload("a", 5, "file-1")})
    files = [file("file-1", purpose), file("file-2", purpose)]

    found = judged(account(file=files), {}, has_stack=True, remembered=known)

    assert {one.whose for one in found.values()} == {Whose.OURS}
    assert {one.condition for one in found.values()} == {Condition.DANGLING}
    theirs = judged(account(file=files), remembered=known)
    assert {one.whose for one in theirs.values()} == {Whose.NOBODY}


def test_a_marked_name_says_whose_a_file_is() -> None:
    document = replace(stack.document("docs/a.md"), sha256="ab" * 32)
    files = [
        {**file("file-1"), "filename": marked_name(OWNER, document)},
        {**file("file-2"), "filename": marked_name(OTHER, document)},
    ]

    found = judged(account(file=files), {}, has_stack=True)

    assert [(one.whose, one.deletable) for one in found.values()] == [
        (Whose.OURS, True),
        (Whose.OTHERS, False),
    ]
    assert {one.whose for one in judged(account(file=files)).values()} == {Whose.OTHERS}


@pytest.mark.parametrize("beside", [OWNER, OTHER, Owner(OWNER.stack, "prod")])
@pytest.mark.parametrize("age", [60, 2 * 86_400])
def test_an_upload_of_an_old_candidate_is_expired_and_ours_by_its_name(
    beside: Owner, age: int
) -> None:
    candidate = Owner(beside.stack, f"{beside.environment}.candidate-3f9a01bc")
    name = marked_name(candidate, replace(stack.document("docs/a.md"), sha256="ab" * 32))
    left = {**file("file-1"), "filename": name, "created_at": NOW - age}

    (found,) = judged(account(file=[left]), {}, has_stack=True).values()

    if beside == OWNER and age > 86_400:
        assert (found.condition, found.whose) == (Condition.EXPIRED, Whose.OURS)
        assert "a test uploaded it for a candidate beside this stack" in found.proof
    else:
        assert (found.condition, found.whose) == (Condition.DANGLING, Whose.OTHERS)
        told = str(candidate) if beside == OWNER else "a mark in its file name"
        assert found.owner == told
    assert found.deletable is (found.whose is Whose.OURS)


@pytest.mark.parametrize(
    ("left", "condition"), [(60, "in use"), (-60, "expired"), (None, "in use")]
)
def test_a_registered_thread_is_in_use_for_as_long_as_it_was_said(
    left: float | None, condition: str
) -> None:
    expires = None if left is None else NOW + left
    known = Remembered(tracked=(Tracked("host", "thread", "thread_abcdefgh", expires=expires),))
    thread = row(
        "thread_abcdefgh", tool_resources={"file_search": {"vector_store_ids": ["vs_abcdefghi"]}}
    )

    found = judged(account(thread=[thread], vector_store=[store("vs_abcdefghi")]), remembered=known)

    assert found["thread_abcdefgh"].condition.value == condition
    assert found["vs_abcdefghi"].condition.value == (
        "in use" if condition == "in use" else "dangling"
    )


def test_a_row_whose_mark_cannot_be_read_keeps_what_it_names() -> None:
    odd = {
        **assistant("asst_1", "vs_abcdefghi"),
        "metadata": {"provisioner.owner": 7, "provisioner.address": []},
    }

    found = judged(account(assistant=[odd], vector_store=[store("vs_abcdefghi")]))

    assert found["vs_abcdefghi"].condition is Condition.IN_USE


@pytest.mark.parametrize(
    ("owner", "age", "condition", "whose"),
    [
        (replace(OWNER, environment="default.candidate-1f"), 90_000.0, "expired", Whose.OURS),
        (replace(OWNER, environment="default.candidate-1f"), 3_600.0, "in use", Whose.OTHERS),
        (replace(OWNER, environment="prod.candidate-1f"), 90_000.0, "in use", Whose.OTHERS),
        (Owner("other", "default.candidate-1f"), 90_000.0, "in use", Whose.OTHERS),
    ],
    ids=["of yesterday", "of this hour", "of another environment", "of another stack"],
)
def test_a_candidate_of_this_stack_is_a_leak_after_a_day(
    owner: Owner, age: float, condition: str, whose: Whose
) -> None:
    left = marked({**assistant("asst_left"), "created_at": NOW - age}, "assistant.qa", owner)
    found = judged(account(assistant=[left]), stack.desired(stack.assistant("qa")), has_stack=True)

    assert (conditions(found)["asst_left"], found["asst_left"].whose) == (condition, whose)
    assert found["asst_left"].deletable is (whose is Whose.OURS)


def test_a_file_that_a_candidate_brought_goes_with_it_unless_something_else_names_it() -> None:
    beside = replace(OWNER, environment="default.candidate-1f")
    old = {**store("vs_left"), "created_at": NOW - 90_000}
    whole = account(
        {"vs_left": ["file-a", "file-b", "file-c"], "vs_live": ["file-b"]},
        vector_store=[
            marked(old, "vector_store.library", beside),
            marked(store("vs_live"), "vector_store.library"),
        ],
        file=[file("file-a"), file("file-b"), file("file-c")],
    )
    desired = stack.desired(stack.store(name="library"))

    found = judged(whole, desired, left=frozenset({"file-a", "file-b"}))

    assert conditions(found) == {
        "vs_left": "expired", "vs_live": "declared",
        "file-a": "expired", "file-b": "in use", "file-c": "dangling",
    }  # fmt: skip
    assert (found["file-a"].whose, found["file-c"].whose) == (Whose.OURS, Whose.NOBODY)
