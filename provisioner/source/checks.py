"""Take `checks` out of an assistant's spec: the questions that `provisioner test` asks.

Checks are never sent to a server as part of an assistant, so they must not reach the diff.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from provisioner.model.checks import Check, Expectation
from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.codes import tests as check_codes
from provisioner.model.value import is_sensitive
from provisioner.source.draft import Draft
from provisioner.source.manifest import Place
from provisioner.source.suggest import did_you_mean

FIELD = "checks"
Problem: TypeAlias = tuple[Place, Code, str]


def checks_of(draft: Draft) -> tuple[Check, ...]:
    """Remove `checks` from the spec of a draft and return them. Problems are reported."""
    listed = draft.spec.pop(FIELD, None)
    if not isinstance(listed, list) or draft.is_bad(FIELD):
        return ()
    if is_sensitive(listed):
        detail = "Questions and expectations are printed in reports. Write them without secrets."
        draft.error((FIELD,), codes.SENSITIVE_NOT_ALLOWED, detail)
        return ()
    names: set[str] = set()
    # Normalising needs a valid spec. A draft with mistakes may lack what it looks at, so the names
    # of its functions stay unknown and calls are not checked against them.
    functions = None if draft.failed else draft.kind.functions(draft.kind.normalise(draft.spec))
    found = []
    for index, item in enumerate(listed):
        name = str(item["name"])
        if name in names:
            detail = f"Two checks are named {name!r}. Give each a name of its own."
            draft.error((FIELD, index, "name"), check_codes.CHECK_TWICE, detail)
        names.add(name)
        for place, code, detail in _problems(item, functions):
            draft.error((FIELD, index, *place), code, detail)
        found.append(_check(draft, index, item))
    return tuple(found)


def _check(draft: Draft, index: int, item: dict[str, Any]) -> Check:
    manifest, place = draft.origin((FIELD, index))
    expect = tuple(Expectation(*pair) for one in item["expect"] for pair in one.items())
    outputs = item.get("tool_outputs") or {}
    return Check(
        str(item["name"]),
        str(item["question"]),
        expect,
        int(item.get("repeats", 1)),
        {name: json.dumps(value, ensure_ascii=False) for name, value in outputs.items()},
        manifest.position(place),
    )


def _problems(item: dict[str, Any], functions: Sequence[str] | None) -> Iterator[Problem]:
    """Yield each problem of a check that the schema cannot express.

    `functions` are the names of the assistant's functions, or None if they are not known.
    """
    named: list[tuple[Place, str]] = [
        (("tool_outputs", name), name) for name in item.get("tool_outputs") or ()
    ]
    for index, one in enumerate(item["expect"]):
        if pattern := one.get("matches"):
            try:
                # Found here by `validate`, and not in the middle of a test run that costs tokens.
                re.compile(pattern)
            except re.error as error:
                detail = f"{error}. Write the expression in '…': YAML then keeps its backslashes."
                yield ("expect", index, "matches"), check_codes.NOT_AN_EXPRESSION, detail
        if called := one.get("calls"):
            named.append((("expect", index, "calls", "name"), called["name"]))
    for place, name in named:
        if functions is not None and name not in functions:
            detail = (
                f"The assistant has no function {name!r} among its"
                f" tools.{did_you_mean(name, functions)}"
            )
            yield place, check_codes.UNKNOWN_FUNCTION, detail
