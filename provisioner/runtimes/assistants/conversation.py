"""The conversation of the `assistants` runtime: parameters of a run, `ask`, and ready code.

Ready code is the program that `show --as python` or `--as curl` prints.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Conversation,
    ReadyCode,
    Request,
)
from provisioner.model.mark import tracked_key

PER_RUN: Final = frozenset(
    {
        "tool_choice",
        "parallel_tool_calls",
        "truncation_strategy",
        "max_prompt_tokens",
        "max_completion_tokens",
    }
)
"""The fields of an assistant that this API has only in runs."""


def parameters(assistant: AppliedAssistant) -> dict[str, Any]:
    """Return the arguments of a run: the assistant's id, and the recorded settings."""
    # A copy, because the application may change the arguments before it starts a run.
    return {"assistant_id": assistant.id, **deepcopy(dict(assistant.settings))}


def _ask(assistant: AppliedAssistant, asking: Asking) -> Answer:
    # Imported here, because most commands import the table of runtimes and never ask.
    from provisioner.runtimes.assistants.runs import ask

    return ask(assistant, parameters(assistant), asking)


PROGRAM: Final = """\
thread = client.beta.threads.create()
client.beta.threads.messages.create(thread.id, role="user", content=question)
run = {call}
# Where run.status is "requires_action", run.required_action names the functions to call.
for message in client.beta.threads.messages.list(thread.id, order="asc", run_id=run.id):
    for part in message.content:
        if part.type == "text":
            print(part.text.value)
client.beta.threads.delete(thread.id)"""


def _request(params: Mapping[str, Any], question: str) -> Request:
    thread = {"messages": [{"role": "user", "content": question}]}
    body = {**params, "thread": thread, "stream": True}
    return Request("threads/runs", ("OpenAI-Beta: assistants=v2",), body)


_PRINTED: Final = frozenset(map(tracked_key, PER_RUN))

CONVERSATION: Final = Conversation(
    noun="runs",
    loads="run_params",
    call="client.beta.threads.runs.create(thread_id=…, **assistant.run_params())",
    parameters=parameters,
    prints=lambda hidden: bool(hidden & _PRINTED),
    ask=_ask,
    code=ReadyCode(
        method="client.beta.threads.runs.create_and_poll",
        given="thread_id=thread.id",
        program=PROGRAM,
        in_application="client.beta.threads.runs.create(thread_id=thread.id, {})",
        request=_request,
    ),
)
