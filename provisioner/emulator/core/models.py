"""The models that the embedded server lists, with the days on which the platform shuts them down.

The dates are those that the platform has announced. Assistants and runs accept any model name,
listed here or not, because the stand-in model answers for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, Resource, Route
from provisioner.emulator.core.errors import ApiError

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

# Every model has a creation time on the wire. The real times are unknown, so all models get this one.
CREATED = 1_735_689_600

NO_DATE = """
    gpt-6-astra gpt-6.2-astra gpt-6.1-sol gpt-6.2-sol gpt-6.1-terra gpt-6-sol gpt-6-luna
    gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.5-2026-04-23 gpt-5.4 gpt-5.4-mini
    gpt-5.4-mini-2026-03-17 gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-pro gpt-5.2-pro-2025-12-11
    text-embedding-3-small text-embedding-3-large
"""
"""The models for which no shutdown is announced."""
SHUTDOWNS = {
    "2027-04-01": "gpt-5.4-nano gpt-5.4-nano-2026-03-17 gpt-5.1 gpt-5.1-2025-11-13",
    "2027-01-20": "gpt-audio-mini gpt-audio-mini-2025-12-15",
    "2027-01-14": """gpt-4.1 gpt-4.1-mini gpt-4.1-2025-04-14 gpt-4.1-mini-2025-04-14 gpt-4o
        gpt-4o-2024-11-20 gpt-4o-2024-08-06 gpt-4o-mini gpt-4o-mini-2024-07-18""",
    "2026-12-11": """gpt-5 gpt-5-mini gpt-5-nano gpt-5-2025-08-07 gpt-5-mini-2025-08-07
        gpt-5-nano-2025-08-07 o3 o3-2025-04-16""",
    "2026-10-23": """gpt-4.1-nano gpt-4.1-nano-2025-04-14 o4-mini o4-mini-2025-04-16 o3-mini
        o3-mini-2025-01-31 o1 o1-2024-12-17 gpt-4o-2024-05-13 gpt-4-turbo gpt-4-turbo-2024-04-09
        gpt-4-1106-preview gpt-4 gpt-4-0613 gpt-3.5-turbo gpt-3.5-turbo-0125""",
    "2026-09-28": "gpt-3.5-turbo-1106",
    "2026-08-10": "gpt-5.3-chat-latest gpt-5.2-chat-latest",
    "2026-07-23": """gpt-5.1-codex gpt-5.1-chat-latest gpt-5-chat-latest gpt-4o-search-preview
        gpt-4o-mini-search-preview gpt-4o-search-preview-2025-03-11
        gpt-4o-mini-search-preview-2025-03-11""",
    "2026-05-07": """gpt-4o-audio-preview gpt-4o-audio-preview-2024-12-17
        gpt-4o-audio-preview-2025-06-03 gpt-4o-mini-audio-preview
        gpt-4o-mini-audio-preview-2024-12-17""",
    "2026-03-26": "gpt-4-0125-preview gpt-4-turbo-preview gpt-4-0314",
    "2026-02-17": "chatgpt-4o-latest",
    "2026-02-12": "codex-mini-latest",
    "2025-10-27": "o1-mini o1-mini-2024-09-12",
    "2025-10-10": "gpt-4o-audio-preview-2024-10-01",
    "2025-07-28": "o1-preview o1-preview-2024-09-12",
    "2025-06-06": "gpt-4-32k gpt-4-32k-0314 gpt-4-32k-0613",
    "2024-12-06": "gpt-4-vision-preview",
    "2024-09-13": """gpt-3.5-turbo-16k gpt-3.5-turbo-0301 gpt-3.5-turbo-0613
        gpt-3.5-turbo-16k-0613""",
}
"""The models that shut down, by date. A model stays listed after its date."""


def _model(name: str, shutdown_date: str | None) -> Json:
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": "system",
        "shutdown_date": shutdown_date,
    }


MODELS: dict[str, Json] = {name: _model(name, None) for name in NO_DATE.split()} | {
    name: _model(name, date) for date, names in SHUTDOWNS.items() for name in names.split()
}


def listing(_call: Call) -> Answer:
    return {"object": "list", "data": list(MODELS.values())}


def retrieve(_call: Call, name: str) -> Answer:
    if name not in MODELS:
        raise ApiError(
            f"The model '{name}' does not exist",
            status=404,
            param="model",
            code="model_not_found",
        )
    return MODELS[name]


RESOURCE = Resource(
    routes=(Route("GET", "/models", listing), Route("GET", "/models/<name>", retrieve))
)
