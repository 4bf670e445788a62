"""Judges an answer by the requirements of a check. A new requirement is a function and a line in RULES.

The requirement `command` is not here, because it starts a program: `verbs.test` does that.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from provisioner.model.checks import Expectation
from provisioner.model.conversation import Answer, Call

Rule: TypeAlias = Callable[[Any, Answer, float], str]
"""A function of the value in the manifest, the answer, and the seconds that the answer took.

It returns a sentence that says how the answer fails, '' if it does not.
"""

COMMAND: Final = "command"
MOST_SHOWN: Final = 80
"""The number of characters of an answer that a sentence quotes."""


def failures(
    expect: tuple[Expectation, ...], answer: Answer, seconds: float, shown: Answer | None = None
) -> Iterator[str]:
    """Yield a sentence for each requirement that an answer does not meet.

    `shown` is the answer with its secrets masked, which alone is quoted; None if it has none. If the
    run of an answer did not complete, only that is reported.
    """
    shown = shown or answer
    # Of an answer that was cut off, every other requirement could only mislead.
    if not answer.completed:
        yield f"The run ended with status {answer.status}: {shown.why or 'no reason is known'}"
        return
    for one in expect:
        rule = RULES.get(one.rule)
        if rule and rule(one.value, answer, seconds):
            # A sentence quotes a part of the answer, and a part of a secret could not be masked.
            said = rule(one.value, shown, seconds)
            yield said or f"The answer fails `{one.rule}` by a sensitive value, which is not shown."


def _contains(text: str, answer: Answer, _seconds: float) -> str:
    return (
        ""
        if text in answer.text
        else f"The answer does not contain {text!r}: {_shown(answer.text)}"
    )


def _lacks(text: str, answer: Answer, _seconds: float) -> str:
    return f"The answer contains {text!r}: {_shown(answer.text)}" if text in answer.text else ""


def _matches(pattern: str, answer: Answer, _seconds: float) -> str:
    found = re.search(pattern, answer.text)
    return "" if found else f"The answer does not match {pattern!r}: {_shown(answer.text)}"


def _schema(schema: Mapping[str, Any], answer: Answer, _seconds: float) -> str:
    # Most commands import this package, but only this rule needs the validator.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        return f"The answer is not JSON ({error}): {_shown(answer.text)}"
    try:
        # A mistake in the manifest must not be reported as a wrong answer.
        Draft202012Validator.check_schema(schema)
        # An empty registry: the package would otherwise fetch the URL of a `$ref`.
        validator = Draft202012Validator(schema, registry=Registry())
        problem = best_match(validator.iter_errors(value))
    except SchemaError as error:
        return f"The expected schema cannot be used: {error.message}"
    except Unresolvable as error:
        return (
            "The expected schema cannot be used: a `$ref` leads to nothing in the schema itself, and "
            f"nothing is fetched: {_shown(str(error))}"
        )
    except RecursionError:
        return "The expected schema or the answer is nested too deeply, or a `$ref` has no end."
    return (
        f"At {problem.json_path} the answer does not match the schema: {problem.message}"
        if problem
        else ""
    )


def _calls(expected: Mapping[str, Any], answer: Answer, _seconds: float) -> str:
    name, wanted = expected["name"], expected.get("arguments") or {}
    calls = [call for call in answer.calls if call.name == name]
    if not calls:
        called = ", ".join(call.name for call in answer.calls) or "nothing"
        return f"The answer does not call {name}; it calls {called}."
    # Arguments that the manifest does not name may have any value.
    if any(wanted.items() <= _arguments(call).items() for call in calls):
        return ""
    return f"The answer calls {name} with other arguments: {'; '.join(call.arguments for call in calls)}"


def _arguments(call: Call) -> Mapping[str, Any]:
    try:
        found = json.loads(call.arguments)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _cites(name: str, answer: Answer, _seconds: float) -> str:
    if any(
        # Either name may have folders before it.
        f"/{cited}".endswith(f"/{name}") or f"/{name}".endswith(f"/{cited}")
        for cited in answer.citations
    ):
        return ""
    cited = ", ".join(dict.fromkeys(answer.citations)) or "nothing"
    return f"The answer does not cite {name}; it cites {cited}."


def _max_tokens(most: int, answer: Answer, _seconds: float) -> str:
    total = answer.tokens
    if total is None:
        return "The server did not report the tokens of the run, so `max_tokens` cannot be judged."
    return f"The run used {total} tokens, more than {most}." if total > most else ""


def _max_seconds(most: float, _answer: Answer, seconds: float) -> str:
    return f"The answer took {seconds:.1f} s, more than {most:g} s." if seconds > most else ""


RULES: Final[Mapping[str, Rule]] = {
    "contains": _contains,
    "lacks": _lacks,
    "matches": _matches,
    "schema": _schema,
    "calls": _calls,
    "cites": _cites,
    "max_tokens": _max_tokens,
    "max_seconds": _max_seconds,
}
"""The function for each requirement, by its key in a manifest."""


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= MOST_SHOWN else f"{line[:MOST_SHOWN]}…")
