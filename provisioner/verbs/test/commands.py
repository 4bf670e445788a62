"""Run the programs that judge an answer. The exit code of a program is its judgement."""

import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioner.engine.receipts import masked_text
from provisioner.model.checks import Check
from provisioner.model.conversation import Answer
from provisioner.policy.expectations import COMMAND
from provisioner.verbs._shared.session import RunOptions

MOST_SAID = 300
"""The most characters of a program's output that a report repeats."""


def judged_by(
    check: Check, answer: Answer, folder: Path, options: RunOptions, hidden: Collection[str] = ()
) -> Iterator[str]:
    """Yield a sentence for each program of a check that rejects an answer.

    The secrets `hidden` are masked in what a program has printed, before that is shortened. A
    program starts in `folder`, the folder of manifests, with the environment of this run. Its
    standard input is one JSON object: `check`, `question`, `text`, `calls`, `citations`, `usage`.
    """
    for one in check.expect:
        if one.rule == COMMAND and (
            said := _judged(one.value, check, answer, folder, options, hidden=hidden)
        ):
            yield said


def _judged(
    command: list[str],
    check: Check,
    answer: Answer,
    folder: Path,
    options: RunOptions,
    *,
    hidden: Collection[str],
) -> str:
    """Return the sentence of a program that rejects an answer; empty if it accepts it."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**options.environ},
            input=json.dumps(_document(check, answer), ensure_ascii=False),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=options.timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not judge the answer within {options.timeout:g} s."
    except (OSError, ValueError) as error:
        return f"{command[0]} cannot be started: {error}"
    if done.returncode == 0:
        return ""
    printed = masked_text(done.stdout.strip() or done.stderr.strip(), hidden)
    said = " ".join(printed.split())[:MOST_SAID]
    return f"{command[0]} ended with {done.returncode}: {said or 'no output'}"


def _document(check: Check, answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object that a program reads."""
    return {
        "check": check.name,
        "question": check.question,
        "text": answer.text,
        "calls": [
            {"name": call.name, "arguments": call.arguments, "output": call.output}
            for call in answer.calls
        ],
        "citations": list(answer.citations),
        "usage": dict(answer.usage),
    }
