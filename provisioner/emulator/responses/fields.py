"""The parameters of a response: checks of their combinations, and their values in the answer.

As on the platform, the answer contains every parameter: one that the request leaves out has its
default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.emulator.core import tools
from provisioner.emulator.core.errors import ApiError, invalid_value, missing
from provisioner.emulator.core.strict import FORMAT, check_schema, check_strict
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.limits import filters
from provisioner.emulator.responses import tools as responses_tools
from provisioner.emulator.responses.item_shapes import item
from provisioner.emulator.responses.limits import LIMITS

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

CREATE = Body("ResponseCreateParams", LIMITS, Filters=filters, Item=item)
COUNT = Body("InputTokenCountParams", LIMITS, Filters=filters, Item=item)
COMPACT = Body("ResponseCompactParams", LIMITS, Item=item)

TIERS = {"auto": "default", "fast": "priority"}
"""The tier that the answer shows, for those values of `service_tier` that it does not repeat."""
# The only model for which the platform documents which parameters it refuses (read on 2026-09-03).
CHOOSY = "gpt-6-astra"


def settings(db: Session, given: Json) -> Json:
    """Return the fields of a response that repeat its request.

    Raises ApiError for a wrong request.
    """
    _check_combinations(given)
    _check_model(given)
    made = responses_tools.read_back(db, given.get("tools") or [])
    choice = given.get("tool_choice") or "auto"
    responses_tools.check_choice(choice, made)
    tier = given.get("service_tier") or "auto"
    body = {
        "background": bool(given.get("background")),
        "instructions": given.get("instructions"),
        "max_output_tokens": given.get("max_output_tokens"),
        "max_tool_calls": given.get("max_tool_calls"),
        "model": given["model"],
        "parallel_tool_calls": given.get("parallel_tool_calls") is not False,
        "previous_response_id": given.get("previous_response_id"),
        "prompt_cache_key": given.get("prompt_cache_key"),
        "prompt_cache_retention": given.get("prompt_cache_retention"),
        "reasoning": {"effort": None, "summary": None} | (given.get("reasoning") or {}),
        "safety_identifier": given.get("safety_identifier"),
        "service_tier": TIERS.get(tier, tier),
        "store": given.get("store") is not False,
        "temperature": tools.sampling(given.get("temperature")),
        "text": _text(given.get("text") or {}),
        "tool_choice": choice,
        "tools": made,
        "top_logprobs": given.get("top_logprobs") or 0,
        "top_p": tools.sampling(given.get("top_p")),
        "truncation": given.get("truncation") or "disabled",
        "user": given.get("user"),
        "metadata": given.get("metadata") or {},
    }
    return body | _only_if_given(given)


def _only_if_given(given: Json) -> Json:
    """Return the fields that the platform shows only if the request contains them."""
    shown: Json = {}
    if given.get("prompt_cache_options"):
        kept = {k: v for k, v in given["prompt_cache_options"].items() if k != "prewarm"}
        shown["prompt_cache_options"] = {"mode": "implicit", "ttl": "30m"} | kept
    if given.get("access_programs"):
        shown["access_programs"] = given["access_programs"]
    if given.get("context_management"):
        shown["context_management"] = given["context_management"]
    if given.get("moderation"):
        shown["moderation"] = {"input": NOT_MODERATED, "output": NOT_MODERATED}
    return shown


NOT_MODERATED: Json = {
    "type": "error",
    "code": "moderation_unavailable",
    "message": "The embedded server has no moderation model: nothing was judged, nothing blocked.",
}
"""The result of moderation in the form that the platform uses for a moderation that failed."""


def _text(given: Json) -> Json:
    """Return the field `text`. Raises ApiError if its schema is not allowed."""
    format_ = given.get("format", {"type": "text"})
    if format_["type"] == "json_schema":
        owner, path = f"response_format '{format_['name']}'", "text.format.schema"
        check_schema(format_["schema"], owner, path, FORMAT)
        if format_.get("strict"):
            check_strict(format_["schema"], owner, path, FORMAT)
        format_ = {"description": None, **format_, "strict": bool(format_.get("strict"))}
    return {"format": format_, "verbosity": given.get("verbosity") or "medium"}


def _check_combinations(given: Json) -> None:
    if given.get("previous_response_id") and given.get("conversation"):
        raise ApiError(
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. "
            "Ensure you are only providing one of: 'previous_response_id' or 'conversation'.",
            param="previous_response_id",
            code="mutually_exclusive_parameters",
        )
    if given.get("stream_options") and not given.get("stream"):
        raise invalid_value(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
        )
    if given.get("background") and given.get("store") is False:
        raise invalid_value("Background mode requires 'store' to be true.", "background")
    if given.get("background_options") and not given.get("background"):
        raise invalid_value(
            "'background_options' can only be given with 'background: true'.", "background_options"
        )
    _check_absent_here(given)


def _check_absent_here(given: Json) -> None:
    """Raise ApiError for a parameter that only the platform supports."""
    if given.get("prompt"):
        raise ApiError(
            f"Prompt with id '{given['prompt']['id']}' not found. "
            "The embedded server has no prompt objects.",
            status=404,
            param="prompt",
        )
    if (given.get("prompt_cache_options") or {}).get("prewarm"):
        raise invalid_value(
            "The embedded server has no prompt cache to warm.", "prompt_cache_options.prewarm"
        )


def _check_model(given: Json) -> None:
    """Raise ApiError without a model, or for a parameter that this model does not support."""
    if "model" not in given:
        raise missing("model")
    if given["model"] != CHOOSY:
        return
    own: list[tuple[str, Any, tuple[Any, ...]]] = [
        ("temperature", given.get("temperature"), (None, 1)),
        ("top_p", given.get("top_p"), (None, 1)),
        ("top_logprobs", given.get("top_logprobs"), (None, 0)),
    ]
    # Each entry is the name of a parameter, its value, and the values that the model accepts.
    for name, value, harmless in own:
        if value not in harmless:
            raise ApiError(
                f"Unsupported parameter: '{name}' is not supported with this model.",
                param=name,
                code="unsupported_parameter",
            )
    if (given.get("reasoning") or {}).get("effort") == "none":
        raise ApiError(
            f"Unsupported value: 'none' is not supported with the '{CHOOSY}' model.",
            param="reasoning.effort",
            code="unsupported_value",
        )
