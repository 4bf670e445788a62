"""The context of a response: the items of earlier turns, and the input of the response itself.

Earlier items are not copied. They are found along the chain of previous responses, or in the
conversation up to the item that was its last when the response began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import ApiError, not_found_by_id
from provisioner.emulator.core.store import Row
from provisioner.emulator.knowledge.ingest import tokens
from provisioner.emulator.responses import items

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "response"
ITEM = "response.item"
CONVERSATION = "conversation"
CONVERSATION_ITEM = "conversation.item"
# The context windows of real models differ. With one window for all, a test does not depend on the
# model.
WINDOW_TOKENS = 128_000
CALLS = {"function_call_output": "function_call", "custom_tool_call_output": "custom_tool_call"}
"""For each type of a tool's output, the type of the call that it answers."""


class _Conversations(Collection):
    """Conversations. As on the platform, an id without the prefix `conv_` has an error of its own."""

    def find(self, db: Session, *ids: str) -> Row:
        items.check_id(ids[0], "conv_", "conversation_id")
        return super().find(db, *ids)


CONVERSATIONS = _Conversations(
    kind=CONVERSATION, path="/conversations", noun="Conversation", gone=not_found_by_id
)


@dataclass(frozen=True, slots=True)
class Context:
    """The items that the model reads, oldest first.

    `dropped` is the number of items that truncation has removed, and `tokens` is the number of
    tokens of the rest and of the instructions.
    """

    items: list[Json]
    dropped: int
    tokens: int

    @property
    def question(self) -> str:
        """Return the text of the last message of a user, or ""."""
        asked = [item for item in self.items if item.get("role") == "user"]
        return items.text_of(asked[-1]) if asked else ""

    @property
    def outputs(self) -> list[str]:
        """Return the outputs of the application's functions since the question."""
        return [items.text_of(item) for item in self.since() if item["type"] in CALLS]

    def since(self) -> list[Json]:
        """Return the items after the question."""
        places = [at for at, item in enumerate(self.items) if item.get("role") == "user"]
        return self.items[places[-1] + 1 :] if places else self.items


def find(db: Session, response_id: str, param: str | None = None) -> Row:
    """Return a stored response.

    `param` is the parameter that names it as the previous response, or None if the URL names it.
    Raises ApiError if it does not exist, was deleted, or was created with `store: false`.
    """
    items.check_id(response_id, "resp_", param or "response_id")
    row = db.find(KIND, response_id)
    if row is None or row.hidden["deleted"] or not row.body["store"]:
        if param is None:
            raise not_found_by_id("Response", response_id)
        raise ApiError(
            f"Previous response with id '{response_id}' not found.",
            param=param,
            code="previous_response_not_found",
        )
    return row


def find_conversation(db: Session, conversation_id: str, param: str) -> Row:
    """Return a conversation.

    Raises ApiError, with `param` as the wrong parameter, if it does not exist.
    """
    items.check_id(conversation_id, "conv_", param)
    return CONVERSATIONS.find(db, conversation_id)


def before(
    db: Session, previous_id: str | None, conversation_id: str | None, until: int
) -> list[Json]:
    """Return the items of the turns before a response, oldest first.

    `previous_id` is the id of the previous response, if there is one. `until` is the `seq` of the
    last item that the conversation had when the response began.
    """
    turns: list[list[Json]] = []
    while previous_id is not None:
        row = db.find(KIND, previous_id)
        if row is None:
            break
        turns.append([item.body for item in db.children(ITEM, row.id)])
        previous_id = row.body["previous_response_id"]
        # The loop ends with the oldest response of the chain. If that one was in a conversation, the items
        # that the conversation had then come before all others.
        conversation_id, until = conversation_of(row.body), row.hidden["until"]
    if conversation_id is not None:
        kept = db.children(CONVERSATION_ITEM, conversation_id)
        turns.append([item.body for item in kept if item.seq <= until])
    return [item for turn in reversed(turns) for item in turn]


def conversation_of(body: Json) -> str | None:
    """Return the id of a response's conversation, or None."""
    return body["conversation"]["id"] if body["conversation"] else None


def input_of(db: Session, row: Row) -> list[Json]:
    """Return the items that a response reads: those of earlier turns, and its own input."""
    own = [item.body for item in db.children(ITEM, row.id, "input")]
    return (
        before(db, row.body["previous_response_id"], conversation_of(row.body), row.hidden["until"])
        + own
    )


def given_items(db: Session, given: Any) -> list[Json]:
    """Return the `input` of a request as items. A reference is replaced by the item that it names."""
    if given is None:
        return []
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    return [
        _referred(db, item["id"])
        if items.kind_of(item) == "item_reference"
        else items.filled(db, item, f"input[{index}]")
        for index, item in enumerate(given)
    ]


def _referred(db: Session, item_id: str) -> Json:
    """Return the stored item with this id. Raises ApiError if there is none."""
    found = db.everywhere(ITEM, item_id) + db.everywhere(CONVERSATION_ITEM, item_id)
    if not found:
        raise ApiError(
            f"Item with id '{item_id}' not found. Items are not persisted when `store` is set to "
            "false. Try again with `store` set to true, or remove this item from your input.",
            status=404,
            param="input",
        )
    return found[0].body


def check(everything: list[Json]) -> None:
    """Raise ApiError if an item occurs twice, a call has no output, or an output has no call."""
    items.check_unique(everything)
    for output, call in CALLS.items():
        noun = call.replace("_", " ")
        # A call that the token limit has cut cannot be carried out, so it needs no output.
        asked = [
            item["call_id"]
            for item in everything
            if item["type"] == call and item.get("status") != "incomplete"
        ]
        answered = [item["call_id"] for item in everything if item["type"] == output]
        for call_id in answered:
            if call_id not in asked:
                raise _unpaired(f"No tool call found for {noun} output with call_id {call_id}.")
        for call_id in asked:
            if call_id not in answered:
                raise _unpaired(f"No tool output found for {noun} {call_id}.")


def _unpaired(message: str) -> ApiError:
    return ApiError(message, param="input")


def context_of(everything: list[Json], body: Json) -> Context:
    """Return the items that fit into the model's window.

    Raises ApiError if they do not fit and `truncation` does not allow enough of them to be dropped.
    """
    kept = _since_compaction(everything)
    room = WINDOW_TOKENS - tokens(body["instructions"] or "")
    sizes = [tokens(items.text_of(item)) for item in kept]
    total, dropped = sum(sizes), 0
    while total > room:
        if body["truncation"] != "auto" or dropped >= len(kept) - 1:
            raise ApiError(
                "Your input exceeds the context window of this model. "
                "Please adjust your input and try again.",
                param="input",
                code="context_length_exceeded",
            )
        # The platform drops items from the beginning of the conversation.
        total -= sizes[dropped]
        dropped += 1
    return Context(kept[dropped:], dropped, WINDOW_TOKENS - room + total)


def _since_compaction(everything: list[Json]) -> list[Json]:
    """Return the items from the last compaction on, which replaces all items before it."""
    places = [at for at, item in enumerate(everything) if item["type"] == "compaction"]
    return everything[places[-1] :] if places else everything
