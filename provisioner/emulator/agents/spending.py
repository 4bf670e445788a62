"""The tokens and cents that turns cost. They are counted so that a session can reach its spending limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from provisioner.emulator.knowledge.ingest import tokens

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Row

SPEND = re.compile(r"@@provisioner-emulator: spend (\d{1,9})@@")
"""Matches a line in the input that adds cents to the cost of a turn, so that a test reaches a
limit.
"""
# One price for every model, so that a test reaches a spending limit at the same point with any model.
TOKENS_A_CENT = 1000


def count(session: Row, turn: Row, question: str, text: str) -> None:
    """Count the tokens and cents of a turn, and add them to those of its session.

    `question` is the input of the turn, and `text` its answer.
    """
    asked = tokens(session.body["agent"]["instructions"] or "") + tokens(question)
    asked += sum(map(tokens, turn.hidden["outputs"]))
    turn.body["usage"] = _usage(asked, tokens(text))
    before = session.body["usage"] or _usage(0, 0)
    session.body["usage"] = _usage(
        before["input_tokens"] + asked, before["output_tokens"] + tokens(text)
    )
    extra = sum(int(cents) for cents in SPEND.findall(question))
    session.hidden["spent"] += (asked + tokens(text)) / TOKENS_A_CENT + extra
    # Fractions of a cent add up in `spent`. The platform counts in whole cents.
    session.body["spend_control"]["consumed"] = int(session.hidden["spent"])


def _usage(asked: int, answered: int) -> Json:
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": asked + answered,
    }


def is_over(session: Json) -> bool:
    """Return true if a session has spent its limit."""
    control = session["spend_control"]
    return control["limit"] is not None and control["consumed"] >= control["limit"]
