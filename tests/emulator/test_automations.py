from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.beta.agents import Automation
from openai.types.beta.agents.automations import AutomationInvocation
from pydantic import TypeAdapter

from provisioner.emulator.agents import cron

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from tests.emulator.conftest import Clock

PATH = "/agents/automations"
ASK = "@@provisioner-emulator: create automation@@"
FAIL_SESSION = "@@provisioner-emulator: fail session@@"
# Friday, 15 January 2027, 08:00:00 UTC: when the tests' clock starts.
NOW = 1_800_000_000
MESSAGE = {"role": "user", "content": [{"type": "input_text", "text": "Summarise."}]}
NEW: dict[str, Any] = {
    "type": "new_session",
    "agent": {"model": "gpt-6-sol"},
    "environment": {"type": "none"},
    "input": [MESSAGE],
}
DAILY: dict[str, Any] = {
    "type": "periodic",
    "name": "daily",
    "expression": "0 10 * * *",
    "timezone": "UTC",
    "target": NEW,
}
ONCE: dict[str, Any] = {"type": "once", "name": "once", "run_at": NOW + 60, "target": NEW}


@pytest.fixture
def api(wire: httpx2.Client) -> httpx2.Client:
    wire.headers["OpenAI-Beta"] = "agents=v1"
    return wire


def create(api: httpx2.Client, base: dict[str, Any] = DAILY, **fields: Any) -> dict[str, Any]:
    answer = api.post(PATH, json=base | fields)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    TypeAdapter(Automation).validate_python(body)
    return body


def session(api: httpx2.Client, text: str = "Hi.", **agent: Any) -> str:
    given = {
        "agent": {"model": "gpt-6-sol", **agent},
        "environment": {"type": "none"},
        "input": text,
    }
    name = str(api.post("/agents/sessions", json=given).json()["id"])
    api.get(f"/agents/sessions/{name}")
    return name


def existing(session_id: str) -> dict[str, Any]:
    return {"type": "existing_session", "session_id": session_id, "instructions": "Go on."}


def invocations(api: httpx2.Client, automation: dict[str, Any]) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = api.get(
        f"{PATH}/{automation['id']}/invocations", params={"order": "asc"}
    ).json()["data"]
    for one in data:
        TypeAdapter(AutomationInvocation).validate_python(one)
    return data


def test_a_periodic_automation_reads_back_whole(api: httpx2.Client) -> None:
    made = create(api, metadata={"team": "sales"})
    target = made.pop("target")

    assert {key: made[key] for key in made if key != "id"} == {
        "object": "agent.automation",
        "type": "periodic",
        "created_at": NOW,
        "created_by": {"type": "developer"},
        "name": "daily",
        "expression": "0 10 * * *",
        "timezone": "UTC",
        "status": "active",
        "pause_reason": None,
        "metadata": {"team": "sales"},
    }
    assert (target["agent_id"], target["agent"]["model"]) == (None, "gpt-6-sol")
    assert target["input"] == [{"type": "message", **MESSAGE}]
    assert (target["environment"], target["metadata"]) == ({"type": "none"}, {})


def test_a_target_shows_null_for_what_it_inherits_and_nothing_confidential(
    api: httpx2.Client,
) -> None:
    template = api.post("/agents/environments/templates", json={}).json()
    environment = {
        "type": "openai_hosted",
        "environment_template_id": template["id"],
        "env": {"KEY": "canary"},
        "packages": {"npm": ["left-pad"]},
    }
    agent = api.post("/agents", json={"model": "gpt-6-sol"}).json()
    target = {key: NEW[key] for key in ("type", "input")}

    made = create(api, target=target | {"agent_id": agent["id"], "environment": environment})

    shown = made["target"]["environment"]
    assert (shown["environment_template_id"], shown["files"]) == (template["id"], None)
    assert shown["packages"] == {"npm": ["left-pad"], "python": [], "system": []}
    assert (made["target"]["agent_id"], made["target"]["agent"]) == (agent["id"], None)
    assert "canary" not in json.dumps(made)


def test_a_schedule_starts_a_session_at_its_time(api: httpx2.Client, clock: Clock) -> None:
    made = create(api)
    clock.forward(seconds=2 * 3600 - 1)
    assert invocations(api, made) == []
    clock.forward(seconds=1)

    (one,) = invocations(api, made)
    assert (one["status"], one["scheduled_at"]) == ("completed", NOW + 2 * 3600)
    assert one["source"] == {"type": "automation", "automation": made}
    started = api.get(f"/agents/sessions/{one['session_id']}").json()
    assert started["status"] == "idle"
    clock.forward(days=1)
    assert len(invocations(api, made)) == 2
    # Nobody was there for a week: what was missed is not made up for.
    clock.forward(days=7)
    assert len(invocations(api, made)) == 3


def test_a_one_time_automation_is_completed_when_it_has_run(
    api: httpx2.Client, clock: Clock
) -> None:
    made = create(api, ONCE)
    clock.forward(seconds=60)

    assert len(invocations(api, made)) == 1
    path = f"{PATH}/{made['id']}"
    assert api.get(path).json()["status"] == "completed"
    for answer in (
        api.post(path, json={"run_at": NOW + 900}),
        api.post(f"{path}/pause"),
        api.post(f"{path}/resume"),
    ):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "conflict_error"
    clock.forward(days=1)
    assert len(invocations(api, made)) == 1


def test_a_paused_automation_waits_to_be_resumed(client: openai.OpenAI, clock: Clock) -> None:
    automations = client.beta.agents.automations
    made: Any = automations.create(**DAILY)  # the SDK's overloads take no plain dict

    assert automations.pause(made.id).status == "paused"
    clock.forward(days=2)
    assert list(automations.invocations.list(made.id)) == []
    assert automations.resume(made.id).status == "active"
    assert list(automations.invocations.list(made.id)) == []
    clock.forward(days=1)
    assert len(list(automations.invocations.list(made.id))) == 1


def test_a_one_time_automation_is_not_resumed_after_its_time(
    api: httpx2.Client, clock: Clock
) -> None:
    path = f"{PATH}/{create(api, ONCE)['id']}"
    api.post(f"{path}/pause")
    clock.forward(seconds=60)

    assert api.post(f"{path}/resume").status_code == 409
    assert api.post(path, json={"run_at": NOW + 900}).json()["status"] == "paused"
    assert api.post(f"{path}/resume").json()["status"] == "active"


def test_an_invocation_by_hand_leaves_the_schedule_alone(client: openai.OpenAI) -> None:
    agent = client.beta.agents.create(model="gpt-6-sol", name="Reporter")
    automations = client.beta.agents.automations
    target = {key: value for key, value in NEW.items() if key != "agent"}
    given: Any = DAILY | {"target": target | {"agent_id": agent.id, "metadata": {"by": "hand"}}}
    made = automations.create(**given)

    queued = automations.invocations.create(made.id)

    assert (queued.status, queued.source.type, queued.scheduled_at) == ("queued", "manual", None)
    done = automations.invocations.retrieve(queued.id, automation_id=made.id)
    assert done.status == "completed"
    (started,) = client.beta.agents.sessions.list(agent_id=agent.id)
    assert (started.id, started.metadata) == (done.session_id, {"by": "hand"})
    assert started.agent.name == "Reporter"
    assert automations.retrieve(made.id).status == "active"


def test_an_existing_session_is_told_its_instructions(api: httpx2.Client) -> None:
    name = session(api)
    made = create(api, target=existing(name))
    api.post(f"{PATH}/{made['id']}/invocations")

    (one,) = invocations(api, made)

    assert one["session_id"] == name
    answer = api.get(f"/agents/sessions/{name}/items").json()["data"][0]
    assert "You asked: Go on." in answer["content"][0]["text"]
    listed = api.get(PATH, params={"session_id": name}).json()["data"]
    assert [automation["id"] for automation in listed] == [made["id"]]
    assert api.get(PATH, params={"session_id": "sess_other"}).json()["data"] == []


def test_an_automation_whose_session_failed_pauses(api: httpx2.Client, clock: Clock) -> None:
    made = create(api, target=existing(session(api, FAIL_SESSION)))
    clock.forward(seconds=2 * 3600)

    (one,) = invocations(api, made)

    assert (one["status"], one["error"]["code"]) == ("failed", "not_found_error")
    paused = api.get(f"{PATH}/{made['id']}").json()
    assert (paused["status"], paused["pause_reason"]) == ("paused", "target_session_failed")
    resumed = api.post(f"{PATH}/{made['id']}/resume").json()
    assert (resumed["status"], resumed["pause_reason"]) == ("active", None)


def test_a_target_that_is_gone_fails_its_invocation_only(api: httpx2.Client, clock: Clock) -> None:
    agent = api.post("/agents", json={"model": "gpt-6-sol"}).json()
    target = {key: value for key, value in NEW.items() if key != "agent"}
    made = create(api, target=target | {"agent_id": agent["id"]})
    api.delete(f"/agents/{agent['id']}")
    clock.forward(seconds=2 * 3600)

    (one,) = invocations(api, made)

    assert (one["status"], one["error"]["code"]) == ("failed", "not_found_error")
    assert api.get(f"{PATH}/{made['id']}").json()["status"] == "active"


def test_an_expired_environment_leaves_no_turn_that_never_ends(
    api: httpx2.Client, clock: Clock
) -> None:
    given = {
        "agent": {"model": "gpt-6-sol"},
        "environment": {"type": "openai_hosted"},
        "input": "Hi.",
    }
    name = api.post("/agents/sessions", json=given).json()["id"]
    made = create(api, target=existing(name))
    clock.forward(seconds=3 * 3600)

    (one,) = invocations(api, made)

    assert (one["status"], one["error"]["code"]) == ("failed", "conflict_error")
    turns = api.get(f"/agents/sessions/{name}/turns").json()["data"]
    assert [turn["status"] for turn in turns] == ["completed"]
    assert api.delete(f"/agents/sessions/{name}").status_code == 200


def test_an_agent_makes_an_automation_for_its_own_session(api: httpx2.Client) -> None:
    name = session(api, f"Remind me. {ASK}", tools=[{"type": "automations"}])

    (made,) = api.get(PATH).json()["data"]

    TypeAdapter(Automation).validate_python(made)
    assert made["created_by"]["type"] == "agent"
    assert made["created_by"]["session_id"] == made["target"]["session_id"] == name
    answer = api.get(f"/agents/sessions/{name}/items").json()["data"][0]
    assert f"It scheduled automation {made['id']}." in answer["content"][0]["text"]
    other = existing(session(api))
    moved = api.post(f"{PATH}/{made['id']}", json={"target": other})
    assert moved.json()["error"]["param"] == "target.session_id"
    assert api.delete(f"{PATH}/{made['id']}").status_code == 200


def test_an_agent_without_the_tool_makes_no_automation(api: httpx2.Client) -> None:
    name = session(api, ASK)

    assert api.get(PATH).json()["data"] == []
    answer = api.get(f"/agents/sessions/{name}/items").json()["data"][0]
    assert "does not have the tool 'automations'" in answer["content"][0]["text"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({}, {}),
        ({"name": "weekly"}, {"name": "weekly"}),
        ({"metadata": {"b": "2"}}, {"metadata": {"b": "2"}}),
        ({"metadata": {}}, {"metadata": {}}),
        (
            {"expression": "0 9 * * mon", "timezone": "Europe/Zurich"},
            {"expression": "0 9 * * mon", "timezone": "Europe/Zurich"},
        ),
    ],
)
def test_an_update_changes_only_what_it_names(
    api: httpx2.Client, sent: dict[str, Any], read: dict[str, Any]
) -> None:
    made = create(api, metadata={"a": "1"})

    assert api.post(f"{PATH}/{made['id']}", json=sent).json() == made | read


def test_an_update_replaces_the_whole_target(api: httpx2.Client) -> None:
    made = create(api, target=NEW | {"metadata": {"a": "1"}})

    after = api.post(
        f"{PATH}/{made['id']}", json={"target": NEW | {"agent": {"model": "gpt-6-luna"}}}
    ).json()

    assert after["target"]["agent"]["model"] == "gpt-6-luna"
    assert after["target"]["metadata"] == {}


def test_a_changed_expression_moves_the_next_occurrence(api: httpx2.Client, clock: Clock) -> None:
    made = create(api)
    api.post(f"{PATH}/{made['id']}", json={"expression": "30 8 * * *"})
    clock.forward(seconds=1800)

    assert [one["scheduled_at"] for one in invocations(api, made)] == [NOW + 1800]


@pytest.mark.parametrize(
    ("base", "sent", "status", "param"),
    [
        (DAILY, {"type": "hourly"}, 400, "type"),
        (DAILY, {"name": ""}, 400, "name"),
        (DAILY, {"name": "x" * 257}, 400, "name"),
        (DAILY, {"expression": ""}, 400, "expression"),
        (DAILY, {"expression": "* * * *"}, 400, "expression"),
        (DAILY, {"expression": "60 * * * *"}, 400, "expression"),
        (DAILY, {"expression": "0 " * 129}, 400, "expression"),
        (DAILY, {"timezone": "Mars/Olympus"}, 400, "timezone"),
        (DAILY, {"timezone": "../etc"}, 400, "timezone"),
        (DAILY, {"run_at": NOW + 60}, 400, "run_at"),
        (DAILY, {"metadata": None}, 400, "metadata"),
        (DAILY, {"metadata": {"k": "x" * 513}}, 400, "metadata.k"),
        (DAILY, {"created_by": {"type": "agent"}}, 400, "created_by"),
        (DAILY, {"status": "paused"}, 400, "status"),
        (DAILY, {"target": {"type": "nowhere"}}, 400, "target.type"),
        (DAILY, {"target": NEW | {"input": []}}, 400, "target.input"),
        (DAILY, {"target": NEW | {"agent_id": "agt_0"}}, 400, "target"),
        (DAILY, {"target": NEW | {"agent": {}}}, 400, "target.agent.model"),
        (DAILY, {"target": NEW | {"vault_ids": ["vault_0"]}}, 404, "vault_ids"),
        (DAILY, {"target": NEW | {"spend_control": {"limit": 1}}}, 400, "target.spend_control"),
        (DAILY, {"target": existing("sess_0")}, 404, "target.session_id"),
        (ONCE, {"run_at": NOW}, 400, "run_at"),
        (ONCE, {"run_at": "tomorrow"}, 400, "run_at"),
        (ONCE, {"timezone": "UTC"}, 400, "timezone"),
    ],
)
def test_a_wrong_automation_is_refused(
    api: httpx2.Client, base: dict[str, Any], sent: dict[str, Any], status: int, param: str
) -> None:
    answer = api.post(PATH, json=base | sent)

    assert answer.status_code == status
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    ("base", "sent", "param"),
    [
        (DAILY, {"run_at": NOW + 60}, "run_at"),
        (DAILY, {"expression": "x"}, "expression"),
        (DAILY, {"name": None}, "name"),
        (DAILY, {"type": "once"}, "type"),
        (DAILY, {"target": existing("sess_0")}, "target.type"),
        (ONCE, {"expression": "* * * * *"}, "expression"),
        (ONCE, {"run_at": NOW - 1}, "run_at"),
    ],
)
def test_a_wrong_update_is_refused(
    api: httpx2.Client, base: dict[str, Any], sent: dict[str, Any], param: str
) -> None:
    made = create(api, base)

    answer = api.post(f"{PATH}/{made['id']}", json=sent)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert api.get(f"{PATH}/{made['id']}").json() == made


def test_automations_are_listed_and_deleted_with_their_invocations(
    client: openai.OpenAI,
) -> None:
    automations = client.beta.agents.automations
    given: Any = DAILY
    names = [automations.create(**given).id for _ in range(5)]
    run = automations.invocations.create(names[0])

    assert [one.id for one in automations.list(order="asc", limit=2)] == names
    assert automations.delete(names[0]).object == "agent.automation.deleted"
    assert [one.id for one in automations.list(order="asc")] == names[1:]
    for call in (
        lambda: automations.retrieve(names[0]),
        lambda: automations.pause(names[0]),
        lambda: automations.invocations.list(names[0]),
        lambda: automations.invocations.retrieve(run.id, automation_id=names[0]),
    ):
        with pytest.raises(openai.NotFoundError) as caught:
            call()
        assert caught.value.code == "not_found_error"


def test_an_occurrence_is_skipped_while_a_delivery_waits(
    start: Callable[..., openai.OpenAI], clock: Clock
) -> None:
    automations = start(run_seconds=10).beta.agents.automations
    given: Any = DAILY | {"expression": "* * * * *"}
    made = automations.create(**given)
    clock.forward(seconds=59)
    by_hand = automations.invocations.create(made.id)
    clock.forward(seconds=1)

    skipped, queued = automations.invocations.list(made.id)
    assert (queued.id, queued.status) == (by_hand.id, "queued")
    assert (skipped.status, skipped.skip_reason) == ("skipped", "pending_delivery")
    clock.forward(seconds=1)
    assert automations.invocations.list(made.id).data[1].status == "completed"


def following(expression: str, zone: str, start: str) -> str | None:
    moment = datetime.fromisoformat(start).timestamp()
    found = cron.following(cron.parse(expression), zone, moment)
    return None if found is None else datetime.fromtimestamp(found, UTC).isoformat()


@pytest.mark.parametrize(
    ("expression", "zone", "start", "expected"),
    [
        ("* * * * *", "UTC", "2027-01-15T08:00:00Z", "2027-01-15T08:01:00+00:00"),
        ("0 10 * * *", "UTC", "2027-01-15T10:00:00Z", "2027-01-16T10:00:00+00:00"),
        ("*/15 8-9 * * *", "UTC", "2027-01-15T09:50:00Z", "2027-01-16T08:00:00+00:00"),
        ("5/20 * * * *", "UTC", "2027-01-15T08:30:00Z", "2027-01-15T08:45:00+00:00"),
        ("0 9 * * mon-fri", "UTC", "2027-01-15T09:00:00Z", "2027-01-18T09:00:00+00:00"),
        ("0 9 * * 7", "UTC", "2027-01-15T09:00:00Z", "2027-01-17T09:00:00+00:00"),
        ("0 0 1 jan,JUL *", "UTC", "2027-01-15T00:00:00Z", "2027-07-01T00:00:00+00:00"),
        ("0 0 13 * fri", "UTC", "2027-01-15T00:00:00Z", "2027-01-22T00:00:00+00:00"),
        ("0 0 29 2 *", "UTC", "2027-01-15T00:00:00Z", "2028-02-29T00:00:00+00:00"),
        ("0 0 30 2 *", "UTC", "2027-01-15T00:00:00Z", None),
        ("0 10 * * *", "America/New_York", "2027-01-15T00:00:00Z", "2027-01-15T15:00:00+00:00"),
        ("0 10 * * *", "America/New_York", "2027-07-15T00:00:00Z", "2027-07-15T14:00:00+00:00"),
        ("30 12 * * *", "Europe/Zurich", "2027-03-28T00:00:00Z", "2027-03-28T10:30:00+00:00"),
    ],
)
def test_an_expression_comes_next_when_cron_says(
    expression: str, zone: str, start: str, expected: str | None
) -> None:
    assert following(expression, zone, start) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
     "* * * * 8", "a * * * *", "5-1 * * * *", "*/0 * * * *", "1- * * * *", "@daily", "* * * foo *"],
)  # fmt: skip
def test_what_is_no_expression_is_said_so(expression: str) -> None:
    with pytest.raises(ValueError, match=r"expected five fields|is no "):
        cron.parse(expression)
