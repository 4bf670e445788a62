"""The conversation of the `responses` runtime: parameters of a request, `ask`, and ready code.

Ready code is the program that `show --as python` or `--as curl` prints.
"""

from collections.abc import Mapping
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
from provisioner.model.tokens import with_tokens

ABOUT: Final = ("name", "description")
"""Fields of the release itself, which are not parameters of a request."""


def parameters(assistant: AppliedAssistant) -> dict[str, Any]:
    """Return the parameters of the release, with the access tokens of its tools filled in."""
    return with_tokens(assistant.row.get("params") or {}, assistant.token)


def _ask(assistant: AppliedAssistant, asking: Asking) -> Answer:
    # Imported here, because most commands import the table of runtimes and never ask.
    from provisioner.runtimes.responses.turns import ask

    return ask(assistant, parameters(assistant), asking)


def _request(params: Mapping[str, Any], question: str) -> Request:
    return Request("responses", (), {**params, "input": question})


_UNPRINTED: Final = frozenset(map(tracked_key, ABOUT))

CONVERSATION: Final = Conversation(
    noun="releases",
    loads="params",
    call="client.responses.create(**assistant.params(), input=…)",
    parameters=parameters,
    prints=lambda hidden: bool(hidden - _UNPRINTED),
    ask=_ask,
    code=ReadyCode(
        method="client.responses.create",
        given="input=question",
        program="response = {call}\nprint(response.output_text)",
        in_application="client.responses.create({}, input=question)",
        request=_request,
    ),
    described=lambda row: f"release {row['number']}",
)
