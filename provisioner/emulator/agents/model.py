"""The stand-in model of an agent, which answers where the platform asks a language model.

Every answer says that it comes from a stand-in. The stand-in calls the function that the question
names, and follows the schema of the agent's text format.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from provisioner.emulator.core.speech import arguments_for, chosen_function
from provisioner.emulator.core.synthesis import Synthesis

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json


def function_call(agent: Json, question: str) -> Json | None:
    """Return {"name", "arguments"} of the first function that the question names, or None."""
    functions = [tool for tool in agent["tools"] if tool["type"] == "function"]
    chosen = chosen_function(functions, question, None, required=False)
    if chosen is None:
        return None
    return {
        "name": chosen["name"],
        "arguments": json.loads(arguments_for(chosen, question)),
    }


def answer(agent: Json, question: str, outputs: list[str], turns: int, note: str | None) -> str:
    """Return the text of an agent's answer.

    `outputs` are the outputs of the functions that the turn has called. `turns` is the number of
    turns in the session, and `note` a further sentence or None. If the agent's text format is a
    JSON Schema, the text is JSON that satisfies the schema, and nothing else.
    """
    if agent["text"]["format"]["type"] == "json_schema":
        value = Synthesis(agent["text"]["format"]["schema"], question).value()
        return json.dumps(value, ensure_ascii=False)
    name = f"agent “{agent['name']}”" if agent["name"] else "an unnamed agent"
    said = [
        f"[stand-in model] {name} with model {agent['model']} here;",
        f"no language model was asked. Turns in this session: {turns}.",
        f"You asked: {question}",
        *(f"Tool output: {output}" for output in outputs),
    ]
    return " ".join([*said, note] if note else said)
