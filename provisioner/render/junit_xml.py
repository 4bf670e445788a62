"""Write JUnit XML: a suite of tests, each of which passed, failed or was skipped."""

import re
from collections.abc import Sequence
from typing import Final

from provisioner.model.frozen import frozen
from provisioner.render.visible import visible

_NO_XML: Final = "[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""The pattern of a character that XML does not allow, not even escaped."""
# `xml.sax.saxutils` has these, but every command would import the HTTP client that it loads.
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE: Final = {
    **_TEXT,
    **str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}),
}


@frozen
class Case:
    """One test of a JUnit report.

    `failed` is the message of a test that failed, and `skipped` the message of a test that was not
    run. Both are empty for a test that passed. `group` is shown as the class of the test, and `kind` is the type of its failure.
    """

    name: str
    group: str
    detail: str = ""
    failed: str = ""
    skipped: str = ""
    kind: str = ""
    seconds: float = 0.0


def junit(suite: str, cases: Sequence[Case]) -> str:
    """Return tests as a JUnit report with one suite."""
    failed = sum(bool(case.failed) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0"'
    skipped = sum(bool(case.skipped) for case in cases)
    seconds = f'time="{sum(case.seconds for case in cases):.3f}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="provisioner" {counts} {seconds}>',
        f'  <testsuite name={_attribute(suite)} {counts} skipped="{skipped}" {seconds}>',
        *(line for case in cases for line in _lines(case)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _lines(case: Case) -> list[str]:
    """Return the lines of one test."""
    head = f"    <testcase name={_attribute(case.name)} classname={_attribute(case.group)}"
    head += f' time="{case.seconds:.3f}"'
    text = _xml(case.detail).translate(_TEXT)
    if case.failed:
        told = f"message={_attribute(case.failed)} type={_attribute(case.kind)}"
        inner = f"      <failure {told}>{text}</failure>"
    elif case.skipped:
        inner = f"      <skipped message={_attribute(case.skipped)}/>"
    elif case.detail:
        inner = f"      <system-out>{text}</system-out>"
    else:
        return [f"{head}/>"]
    return [f"{head}>", inner, "    </testcase>"]


def _attribute(text: str) -> str:
    """Return a text as the quoted value of an XML attribute."""
    return f'"{_xml(visible(text)).translate(_ATTRIBUTE)}"'


def _xml(text: str) -> str:
    """Return a text without the characters that XML does not allow."""
    return re.sub(_NO_XML, "\ufffd", text)
