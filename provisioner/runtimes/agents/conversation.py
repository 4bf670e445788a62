"""The conversation of the `agents` runtime: parameters of a session, `ask`, and ready code.

Ready code is the program that `show --as python` or `--as curl` prints.
"""

from collections.abc import Mapping
from typing import Any, Final

from provisioner.model.binding import Ids
from provisioner.model.conversation import (
    Answer,
    AppliedAssistant,
    Asking,
    Conversation,
    ReadyCode,
    Request,
)
from provisioner.model.mark import tracked_key
from provisioner.model.provider import Body
from provisioner.model.value import Reference, walk
from provisioner.runtimes._shared.wire_paths import WirePath, to_wire_paths
from provisioner.runtimes.assistants import wire_id

PER_RUN: Final = frozenset({"session", "prompt_cache_options"})
"""The fields of an assistant that the mark records for its sessions."""
_TALKING: Final = {"type": "none"}
"""The environment of a session whose manifest names none. Such a session can only talk."""
_SESSION: Final = {"spend_limit": WirePath("spend_control.limit"), "vaults": WirePath("vault_ids")}
_ENVIRONMENT: Final = {"template": WirePath("environment_template_id")}


def session_params(settings: Mapping[str, Any], ids: Ids) -> Body:
    """Return the settings in the mark as arguments of `client.beta.agents.sessions.create`."""
    settings = walk(
        settings, lambda leaf: wire_id(leaf, ids) if isinstance(leaf, Reference) else leaf
    )
    session = to_wire_paths(settings.get("session") or {}, _SESSION)
    cache = settings.get("prompt_cache_options")
    return {
        **session,
        # The API requires an environment, also for a session that only talks.
        "environment": to_wire_paths(session.get("environment") or _TALKING, _ENVIRONMENT),
        **({"prompt_cache_options": cache} if cache else {}),
    }


def parameters(assistant: AppliedAssistant) -> dict[str, Any]:
    """Return the arguments of a session: the agent's id, and the recorded settings with live ids."""
    return {"agent_id": assistant.id, **session_params(assistant.settings, assistant.id_of)}


def _ask(assistant: AppliedAssistant, asking: Asking) -> Answer:
    # Imported here, because most commands import the table of runtimes and never ask.
    from provisioner.runtimes.agents.sessions import ask

    return ask(assistant, parameters(assistant), asking)


PROGRAM: Final = """\
session = {call}
while session.status == "in_progress":
    time.sleep(0.5)
    session = client.beta.agents.sessions.retrieve(session.id)
# Where session.status is "requires_action", session.required_actions names the functions to call.
for item in client.beta.agents.sessions.items.list(session.id, order="asc"):
    if item.type == "message" and item.role == "assistant":
        print(item.output_text)"""


def _request(params: Mapping[str, Any], question: str) -> Request:
    body = {**params, "input": question, "stream": True}
    return Request("agents/sessions", ("OpenAI-Beta: agents=v1",), body)


BESIDE: Final = frozenset({"spend_control"})
"""Parameters of a session that go into `extra_body`.

The SDK's method has had no argument for them since its version 3.55.
"""
_PRINTED: Final = frozenset(map(tracked_key, PER_RUN))

CONVERSATION: Final = Conversation(
    noun="sessions",
    loads="session_params",
    call="client.beta.agents.sessions.create(**assistant.session_params(), input=…)",
    parameters=parameters,
    prints=lambda hidden: bool(hidden & _PRINTED),
    ask=_ask,
    beside=BESIDE,
    code=ReadyCode(
        method="client.beta.agents.sessions.create",
        given="input=question",
        program=PROGRAM,
        in_application="client.beta.agents.sessions.create({}, input=question)",
        request=_request,
        imports=("time",),
    ),
)
