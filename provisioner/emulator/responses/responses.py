"""The API of responses. The module `context` collects the input, and `execution` does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import (
    Answer,
    Call,
    Deferred,
    Events,
    Resource,
    new_id,
)
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.engine import enqueue
from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import quoted
from provisioner.emulator.knowledge.ingest import tokens
from provisioner.emulator.responses import context as responses_context
from provisioner.emulator.responses import execution as responses_execution
from provisioner.emulator.responses import fields as responses_fields
from provisioner.emulator.responses import items, start
from provisioner.emulator.responses import streaming as responses_streaming
from provisioner.emulator.responses.context import (
    KIND,
    find,
)
from provisioner.emulator.responses.execution import WORKING
from provisioner.emulator.responses.item_shapes import includable

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Session


def create(call: Call) -> Answer:
    given = call.body(responses_fields.CREATE)
    row = start.begin(call.db, call.now, given)
    include: list[str] = given.get("include") or []
    if row.body["background"]:
        enqueue(row, call.moment, call.settings)
    # This request then moves the response itself, and the alarm must not do so at the same time.
    if given.get("stream") or not row.body["background"]:
        responses_execution.ENGINE.lease(row, call.settings)
    call.db.save(row)
    if given.get("stream"):
        return Events(responses_streaming.live(call, row.body, include), says_done=False)
    if row.body["background"]:
        return row.body
    return Deferred(lambda: responses_streaming.awaited(call, row.body, include))


def retrieve(call: Call, row: Row) -> Answer:
    include = include_of(call)
    body = responses_streaming.shown(row.body, include)
    if call.query.get("stream") != "true":
        return body
    if not (row.body["background"] and row.hidden["streamed"]):
        raise invalid_value(
            "Only a response that was created with 'background: true' and 'stream: true' can be "
            "streamed again.",
            "stream",
        )
    after = _number(call.query.get("starting_after"))
    return Events(responses_streaming.live(call, body, include, after), says_done=False)


def _number(given: str | None) -> int:
    """Return the number of the event after which a stream continues, or -1 to begin with the first.

    Raises ApiError if the parameter is not a number.
    """
    if given is None:
        return -1
    if not given.isdecimal():
        raise ApiError(
            f"Invalid type for 'starting_after': expected an integer, but got '{given}' instead.",
            param="starting_after",
            code="invalid_type",
        )
    return int(given)


def include_of(call: Call) -> list[str]:
    """Return the `include` of a request without a body. Raises ApiError for an unknown value.

    The SDK sends it as `include` or as `include[]`.
    """
    args = call.request.args
    wanted = [*args.getlist("include"), *args.getlist("include[]")]
    for name in wanted:
        if name not in includable():
            raise invalid_value(
                f"Invalid value: '{name}'. Supported values are: {quoted(includable())}.", "include"
            )
    return wanted


def input_items(call: Call, row: Row) -> Answer:
    include = include_of(call)
    read = responses_context.input_of(call.db, row)
    return lists.page_of([items.shown(item, include) for item in read], call.query)


def cancel(call: Call, row: Row) -> Answer:
    if not row.body["background"]:
        raise ApiError("Cannot cancel a synchronous response.")
    if row.tag in WORKING:
        responses_execution.cancel(call.db, row, call.now)
    return responses_streaming.shown(row.body, [])


def delete(call: Call, row: Row) -> Answer:
    if row.tag in WORKING:
        responses_execution.cancel(call.db, row, call.now)
    # Later responses may name this one as their previous response and need its items, so it is hidden
    # from then on, and not deleted.
    row.hidden["deleted"] = True
    call.db.save(row)
    return {"id": row.id, "object": KIND, "deleted": True}


def count_tokens(call: Call) -> Answer:
    """Return the number of tokens that a response to this request would read."""
    # A request for a count may leave out the model, which `settings` requires.
    given = {"model": None, **call.body(responses_fields.COUNT)}
    body = start.blank(call.now) | responses_fields.settings(call.db, given)
    row = Row(KIND, "", body["id"], body, {"until": 0})
    start.enter(call.db, row, given)
    start.check_previous(call.db, given)
    own = responses_context.given_items(call.db, given.get("input"))
    everything = [*responses_context.input_of(call.db, row), *own]
    count = responses_context.context_of(everything, body).tokens
    return {"object": "response.input_tokens", "input_tokens": count}


def compact(call: Call) -> Answer:
    """Return the user's messages, and one item that replaces everything else in the context."""
    given = call.body(responses_fields.COMPACT)
    start.check_previous(call.db, given)
    read = responses_context.before(call.db, given.get("previous_response_id"), None, 0)
    everything = [*read, *responses_context.given_items(call.db, given.get("input"))]
    if not everything:
        raise missing("input")
    responses_context.check(everything)
    asked = [item for item in everything if item.get("role") == "user"]
    made = items.compaction(len(everything))
    size = sum(tokens(items.text_of(item)) for item in everything)
    return {
        "id": new_id("resp_"),
        "object": "response.compaction",
        "created_at": call.now,
        "output": [*asked, made],
        "usage": responses_execution.usage(size, tokens(made["encrypted_content"])),
    }


class _Responses(Collection):
    """The stored responses. One that was deleted, or created with `store: false`, is not found."""

    def find(self, db: Session, *ids: str) -> Row:
        return find(db, ids[0])


RESPONSES = _Responses(kind=KIND, path="/responses")
RESOURCE = Resource(
    routes=RESPONSES.routes(
        create=create,
        all={"POST input_tokens": count_tokens, "POST compact": compact},
        each={
            "GET": retrieve,
            "DELETE": delete,
            "POST cancel": cancel,
            "GET input_items": input_items,
        },
    ),
    alarms={KIND: responses_execution.ENGINE.advance},
)
