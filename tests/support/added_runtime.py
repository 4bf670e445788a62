"""The runtime `replies`: an assistant is an object, and each of its replies is one stateless response.

A test adds this file, and one line in the table of runtimes.
"""

from collections.abc import Mapping
from typing import Any

from provisioner.model.binding import Binding, Ids, NormalForm
from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Conversation,
    ReadyCode,
    Request,
)
from provisioner.model.mark import user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.runtime import Level, Runtime, Support
from provisioner.model.value import Spec

FIELDS = ("name", "model", "instructions")


def to_wire(spec: Spec, ids: Ids) -> Body:
    del ids
    return {name: spec[name] for name in FIELDS if name in spec}


def from_wire(row: Row) -> NormalForm:
    spec: dict[str, Any] = {name: row[name] for name in FIELDS if row.get(name)}
    if metadata := user_metadata(row.get("metadata") or {}):
        spec["metadata"] = metadata
    return NormalForm(spec)


def parameters(assistant: AppliedAssistant) -> dict[str, Any]:
    spec = assistant.spec
    return {name: spec[name] for name in ("model", "instructions") if name in spec}


def ask(assistant: AppliedAssistant, asking: Asking) -> Answer:
    body = {**parameters(assistant), "input": asking.question.text, "store": False}
    row = assistant.provider.create("responses", body)
    parts = [part for item in row["output"] for part in item.get("content") or ()]
    return Answer(
        address=assistant.address,
        assistant_id=assistant.id,
        thread_id=str(row["id"]),
        thread_kept=False,
        run_id=str(row["id"]),
        status=str(row["status"]),
        text="\n".join(str(part["text"]) for part in parts),
    )


def request(params: Mapping[str, Any], question: str) -> Request:
    return Request("responses", (), {**params, "input": question, "store": False})


RUNTIME = Runtime(
    name="replies",
    summary="An assistant object of which every reply is one stateless response.",
    support={name: Support(Level.STORED) for name in (*FIELDS, "metadata")},
    bindings={"assistant": Binding(collection="assistants", to_wire=to_wire, from_wire=from_wire)},
    conversation=Conversation(
        noun="replies",
        loads="params",
        call="client.responses.create(**assistant.params(), store=False, input=…)",
        parameters=parameters,
        prints=bool,
        ask=ask,
        code=ReadyCode(
            method="client.responses.create",
            given="input=question",
            program="response = {call}\nprint(response.output_text)",
            in_application="client.responses.create({}, store=False, input=question)",
            request=request,
        ),
    ),
)
