"""Render the answer of an assistant as text and as JSON, for `provisioner ask`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from provisioner.model.conversation import Answer
from provisioner.render.document import FORMAT_VERSION
from provisioner.render.values import plural
from provisioner.render.visible import visible
from provisioner.render.widths import head

WIDEST = 100
"""The most columns of the line about one step."""


def answer_text(answer: Answer) -> tuple[str, str]:
    """Return two texts: the answer for stdout, and everything else about the run for stderr."""
    # Line by line, because `visible` would show the line breaks of an answer as signs.
    text = "\n".join(visible(line) for line in answer.text.splitlines())
    return f"{text}\n" if text else "", "\n".join(_beside(answer)) + "\n"


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return the answer and the run as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "address": str(answer.address),
        "assistant_id": answer.assistant_id,
        "thread_id": answer.thread_id,
        "thread_kept": answer.thread_kept,
        "run_id": answer.run_id,
        "status": answer.status,
        "error": answer.why or None,
        "answer": answer.text,
        "usage": dict(answer.usage),
        "calls": [
            {"name": call.name, "arguments": call.arguments, "output": call.output}
            for call in answer.calls
        ],
        "citations": list(answer.citations),
        "steps": [dict(step) for step in answer.steps],
        "files": [
            {"id": file.file_id, "name": file.name, "path": str(file.path) if file.path else None}
            for file in answer.files
        ],
    }


def _beside(answer: Answer) -> Iterator[str]:
    """Yield the lines about the run: its steps, the sources it cites, its files, its status."""
    yield ""
    for step in answer.steps:
        yield visible(f"Step    {head(_step(step), WIDEST)}")
    for name in answer.citations:
        yield visible(f"Source  {name}")
    for file in answer.files:
        where = (
            f"saved as {file.path}" if file.path else "not saved: use --save-files DIR to keep it"
        )
        yield visible(f"File    {file.name} ({file.file_id}), {where}")
    why = f": {answer.why}" if answer.why else ""
    yield visible(f"Run     {answer.run_id} {answer.status}{why}{_usage(answer.usage)}")


def _usage(usage: Mapping[str, Any]) -> str:
    """Return the numbers of tokens that a run used, after a comma; empty if they are not known."""
    names = {"prompt_tokens": "in", "completion_tokens": "out"}
    told = [
        f"{usage[key]:,} {what}" for key, what in names.items() if isinstance(usage.get(key), int)
    ]
    return f", tokens: {', '.join(told)}" if told else ""


def _step(step: Mapping[str, Any]) -> str:
    """Return one line about a step of a run, or an item of a response or session, with its status."""
    calls = [_call(call) for call in _tool_calls(step)]
    return f"{'; '.join(calls) or _item(step)}  {step.get('status')}"


def _tool_calls(step: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the tool calls of a step of a run; empty for any other step or an odd shape."""
    # Steps come as the server sent them, so their shape is not certain.
    details = step.get("step_details")
    calls = details.get("tool_calls") if isinstance(details, Mapping) else None
    return [call for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []


def _item(item: Mapping[str, Any]) -> str:
    """Return a line about an item of a response or session: its call, or its type and role."""
    if item.get("name"):
        arguments = json.dumps(item.get("arguments"), ensure_ascii=False)
        return f"{item['name']}({arguments})"
    told = (item.get("type"), item.get("role"), item.get("command"))
    return " ".join(str(part) for part in told if part)


def _call(call: Mapping[str, Any]) -> str:
    """Return a line about one tool call of a step."""
    kind = str(call.get("type"))
    inner = call.get(kind)
    inner = inner if isinstance(inner, Mapping) else {}
    if kind == "function":
        return f"{inner.get('name')}({inner.get('arguments')})"
    if kind == "code_interpreter":
        source = str(inner.get("input") or "").strip().splitlines()
        return f"code_interpreter: {source[0] if source else ''}"
    results = inner.get("results")
    return f"{kind}: {plural(len(results), 'result')}" if isinstance(results, list) else kind
