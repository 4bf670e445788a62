"""Test the reach of a sweep of faults."""

from tests.support.faults import Call
from tests.support.sweeps import kind_of, meetings

EFFECTS = ("500", "lost", "late", "not performed")
CALLS = {
    "first": [
        Call(1, "GET", "/v1/files"),
        Call(2, "POST", "/v1/files"),
        Call(3, "POST", "/v1/files"),
        Call(4, "POST", "/v1/vector_stores"),
    ],
    "update": [
        Call(1, "GET", "/v1/files"),
        Call(2, "POST", "/v1/files"),
        Call(3, "DELETE", "/v1/files/file-1"),
        Call(4, "DELETE", "/v1/files/file-2"),
        *(Call(5 + n, "GET", f"/v1/vector_stores/vs_{n}/files") for n in range(6)),
    ],
}
FOUND = meetings(CALLS, EFFECTS, for_writes={"not performed"})
MET = {(s, e, i) for (s, e), indices in FOUND.items() for i in indices}


def test_every_request_meets_a_fault() -> None:
    assert {(s, i) for s, _, i in MET} == {(s, c.index) for s, sent in CALLS.items() for c in sent}


def test_every_kind_of_request_meets_every_fault_but_a_read_that_of_writes() -> None:
    by_place = {(s, c.index): kind_of(c) for s, sent in CALLS.items() for c in sent}
    met = {(by_place[s, i], e) for s, e, i in MET}
    assert met == {
        (kind, effect)
        for kind in set(by_place.values())
        for effect in EFFECTS
        if effect != "not performed" or not kind.startswith("GET")
    }


def test_a_sweep_is_smaller_than_every_request_with_every_fault() -> None:
    assert len(MET) == 3 + 4 + 4 + 4 + 6


def test_ids_make_no_other_kind_of_request() -> None:
    paths = [
        "/v1/assistants/asst_0123456789abcdef01234567",
        "/v1/vector_stores/vs_abcdefabcdefabcdefabcdef/files/file-8Zx",
        "/v1/agents/automations/auto_1/pause",
        "/v1/agents/environments/templates",
        "/v1/vector_stores/vs_1/file_batches",
    ]
    assert [kind_of(Call(1, "GET", path)).removeprefix("GET /v1/") for path in paths] == [
        "assistants/ID",
        "vector_stores/ID/files/ID",
        "agents/automations/ID/pause",
        "agents/environments/templates",
        "vector_stores/ID/file_batches",
    ]
