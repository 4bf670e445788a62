"""The API of run steps.

Texts of search results are shown only if the request's `include` asks for them.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from provisioner.emulator.assistants.messages import STEP
from provisioner.emulator.assistants.runs import RUNS
from provisioner.emulator.core import lists
from provisioner.emulator.core.call import ASSISTANTS, Answer, Call, Resource
from provisioner.emulator.core.collections import Collection

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

KIND = STEP
WITH_CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
"""The value of `include` that asks for the texts of search results."""


def _page(call: Call, kind: str, parent: str) -> Answer:
    page = lists.page(call.db, call.query, kind, parent)
    if _wants_content(call):
        return page
    steps = json.loads(page)
    return {**steps, "data": [_without_content(step) for step in steps["data"]]}


def retrieve(call: Call, step: Row) -> Answer:
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


STEPS = Collection(
    kind=KIND, path="/threads/<id>/runs/<id>/steps", noun="run step", above=RUNS, page=_page
)
RESOURCE = Resource(routes=STEPS.routes("list", each={"GET": retrieve}), beta=ASSISTANTS)
