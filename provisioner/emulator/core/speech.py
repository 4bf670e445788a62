"""The parts that the stand-in models of all APIs share: they choose a function, and quote a text.

A stand-in model is the code that answers here instead of a language model.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from provisioner.emulator.core.synthesis import Synthesis

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

QUOTE = 280
"""The most characters of a passage that an answer quotes."""


def chosen_function(
    functions: list[Json], question: str, told: str | None, *, required: bool
) -> Json | None:
    """Return the function that the stand-in model calls, or None if it calls none.

    That is the function named `told`; without it the first function whose name is a word of the
    question. If the question names none and `required` is true, it is the first function.
    """
    if told is not None:
        # There is one: a request whose `tool_choice` names an unknown function was refused.
        return next(one for one in functions if one["name"] == told)
    named = [one for one in functions if _names(question, one["name"])]
    if not named and not required:
        return None
    return (named or functions)[0]


def arguments_for(function: Json, question: str) -> str:
    """Return arguments that fit the parameters of a function, as JSON text."""
    schema = function.get("parameters") or {"type": "object"}
    return json.dumps(Synthesis(schema, question).value())


def _names(question: str, name: str) -> bool:
    """Return true if the question contains the name as a whole word."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", question, re.IGNORECASE) is not None


def quote(text: str) -> str:
    """Return a text on one line, cut after `QUOTE` characters."""
    text = " ".join(text.split())
    return text if len(text) <= QUOTE else text[:QUOTE].rstrip() + "…"
