"""The parts that the stand-in models of all APIs share: choosing a function, and quoting a text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from provisioner.emulator.core.synthesis import Synthesis

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

QUOTE = 280


def chosen_function(
    functions: list[Json], question: str, told: str | None, *, required: bool
) -> Json | None:
    """Return the function named `told`, or else the first that the question names, or None.

    With `required` it is the first function of all where the question names none.
    """
    if told is not None:
        return next(one for one in functions if one["name"] == told)
    named = [one for one in functions if _names(question, one["name"])]
    if not named and not required:
        return None
    return (named or functions)[0]


def arguments_for(function: Json, question: str) -> str:
    schema = function.get("parameters") or {"type": "object"}
    return json.dumps(Synthesis(schema, question).value())


def _names(question: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", question, re.IGNORECASE) is not None


def quote(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE else text[:QUOTE].rstrip() + "…"
