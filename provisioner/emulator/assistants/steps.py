"""Run steps: what a run did, in order. Search results show their text only when asked to."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from provisioner.emulator.assistants.messages import RUN, find_thread
from provisioner.emulator.core import lists
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource, Route
from provisioner.emulator.core.errors import not_found

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = "thread.run.step"
WITH_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"


def listing(call: Call, thread_id: str, run_id: str) -> Answer:
    _find_run(call, thread_id, run_id)
    page = lists.page(call.db, call.query, KIND, run_id)
    if _wants_content(call):
        return page
    steps = json.loads(page)
    return {**steps, "data": [_without_content(step) for step in steps["data"]]}


def retrieve(call: Call, thread_id: str, run_id: str, step_id: str) -> Answer:
    _find_run(call, thread_id, run_id)
    step = call.db.find(KIND, step_id, run_id)
    if step is None:
        raise not_found("run step", step_id)
    return step.body if _wants_content(call) else _without_content(step.body)


def _wants_content(call: Call) -> bool:
    args = call.request.args
    return WITH_CONTENT in [*args.getlist("include"), *args.getlist("include[]")]


def _without_content(step: Json) -> Json:
    step = copy.deepcopy(step)
    for tool_call in step["step_details"].get("tool_calls", []):
        for result in tool_call.get("file_search", {}).get("results", []):
            result.pop("content", None)
    return step


def _find_run(call: Call, thread_id: str, run_id: str) -> None:
    find_thread(call.db, thread_id)
    if call.db.find(RUN, run_id, thread_id) is None:
        raise not_found("run", run_id)


RESOURCE = Resource(
    routes=(
        Route("GET", "/threads/<thread_id>/runs/<run_id>/steps", listing),
        Route("GET", "/threads/<thread_id>/runs/<run_id>/steps/<step_id>", retrieve),
    ),
    beta=ASSISTANTS,
)
