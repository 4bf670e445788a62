"""`ask` on the `agents` runtime: it begins a session, waits for its turn and returns the answer.

A session costs money while it runs. So a turn that has not ended is cancelled, and the session is
deleted, unless the question keeps it. A session that existed before the question stays.
"""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from provisioner.model.codes import commands as codes
from provisioner.model.conversation import Answer, AppliedAssistant, Asking, Tell
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import Ambiguous, Invalid, ProviderError, ProvisionerError
from provisioner.model.provider import Provider
from provisioner.runtimes._shared.answers import CANCELLING, PATIENCE, CallLog
from provisioner.runtimes.agents.turns import INPUT, OVER, SESSIONS, TURNS, Turn, send

ASKED = "provisioner.asked"
"""The metadata key by which a session is found if the answer to its creation was lost."""


def ask(assistant: AppliedAssistant, params: Mapping[str, Any], asking: Asking) -> Answer:
    """Begin a session with these parameters, or continue one, and wait until its turn has ended.

    Raises ProvisionerError.
    """
    deadline = time.monotonic() + asking.timeout
    metadata = {**asking.about, ASKED: secrets.token_hex(8)}
    body = {**params, "input": asking.question.text, "metadata": metadata}
    with _begun(assistant, asking, body) as begun:
        id, earlier = begun
        turn = Turn(assistant.provider, id, earlier, asking, deadline, CallLog(asking))
        return turn.answer(assistant, turn.end())


@contextmanager
def _begun(
    assistant: AppliedAssistant, asking: Asking, body: Mapping[str, Any]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Send the question, and yield (the session's id, the ids of the turns that had ended before).

    If an exception leaves the caller's `with` block, a turn that still runs is cancelled. When the
    block ends, the session is deleted, unless the question keeps it.
    """
    question, provider = asking.question, assistant.provider
    if question.thread:
        id, earlier = _continued(provider, assistant.id, question.thread)
    else:
        id, earlier = _made(provider, body, asking), frozenset[str]()
    try:
        if question.thread:
            send(provider, id, _message(question.text))
        else:
            asking.tell(f"Session {id}{'' if question.keep_thread else ', deleted afterwards'}")
        yield id, earlier
    except BaseException:
        # This also happens on Ctrl-C, because a turn that nobody waits for still costs money.
        with suppress(ProviderError):
            send(provider, id, {"type": f"{INPUT}cancel"})
        raise
    finally:
        if not question.keeps_thread:
            _delete(provider, id, asking.tell)


def _made(provider: Provider, body: Mapping[str, Any], asking: Asking) -> str:
    """Return the id of a new session.

    If the answer was lost, the session is searched for and used, because a second create would make
    a second session.
    """
    try:
        return str(provider.create(SESSIONS, body)["id"])
    except Ambiguous:
        # A list may show a new session late, so it is read until the patience for that is over.
        deadline = time.monotonic() + asking.settle
        while not (found := _unanswered(provider, body)):
            if time.monotonic() >= deadline:
                raise
            time.sleep(PATIENCE[0])
        return found
    except KeyboardInterrupt:
        # The server may have created the session although it has not answered yet.
        with suppress(ProviderError):
            if found := _unanswered(provider, body):
                _delete(provider, found, asking.tell)
        raise


def _unanswered(provider: Provider, body: Mapping[str, Any]) -> str:
    """Return the id of the session that was created with this body, or '' if the list has none."""
    # The metadata is compared here, because the server's own filter by it may lag behind.
    rows = provider.list(SESSIONS, agent_id=body["agent_id"])
    wanted = body["metadata"][ASKED]
    mine = (row for row in rows if (row.get("metadata") or {}).get(ASKED) == wanted)
    return next((str(row["id"]) for row in mine), "")


def _continued(provider: Provider, agent: str, id: str) -> tuple[str, frozenset[str]]:
    """Return (the id of an existing session, the ids of its ended turns).

    Raises ProvisionerError if the session is one of another agent.
    """
    row = provider.get(SESSIONS, id)
    other = (row.get("agent") or {}).get("id")
    if other != agent:
        detail = (
            f"The session belongs to the agent {other}, and a session keeps the agent with which it"
            " began."
        )
        raise ProvisionerError(Diagnostic(codes.NOT_THIS_ASSISTANTS_SESSION, detail, subject=id))
    # Turns that ended before cannot be the answer to the question that is sent next.
    turns = provider.list(TURNS, id)
    return str(row["id"]), frozenset(str(t["id"]) for t in turns if t.get("status") in OVER)


def _message(text: str) -> dict[str, Any]:
    """Return the event that sends a text to a session."""
    said = [{"role": "user", "content": [{"type": "input_text", "text": text}]}]
    return {"type": f"{INPUT}message", "input": said}


def _delete(provider: Provider, id: str, tell: Tell) -> None:
    """Delete a session, and warn if that fails.

    The server refuses to delete a session while a turn runs, so the turn is cancelled first.
    """
    for tries_left in reversed(range(CANCELLING)):
        try:
            provider.delete(SESSIONS, id)
        except Invalid as error:
            if not tries_left:
                tell(f"warning: session {id} could not be deleted and stays: {error}")
            with suppress(ProviderError):
                send(provider, id, {"type": f"{INPUT}cancel"})
            time.sleep(PATIENCE[0])
        except ProviderError as error:
            tell(f"warning: session {id} could not be deleted and stays: {error}")
            return
        else:
            return
