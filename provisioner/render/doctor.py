"""Findings of `doctor`, as lines for a terminal and as JSON. Pure."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, TypedDict

from provisioner.model.finding import Condition, Finding
from provisioner.render.document import diagnostic_document
from provisioner.render.json_schema import one_of
from provisioner.render.output import FORMAT_VERSION, DiagnosticDocument, Version
from provisioner.render.visible import visible

GLYPHS: Final = {
    Condition.RIGHT: "✓",
    Condition.WARNING: "!",
    Condition.WRONG: "✗",
    Condition.SKIPPED: "-",
}


class FindingDocument(TypedDict):
    """One part of a setup."""

    part: str
    condition: Annotated[str, one_of(Condition)]
    said: Annotated[str, "A sentence about what was seen."]
    diagnostics: list[DiagnosticDocument]


class DoctorDocument(TypedDict):
    """The condition of a setup, as `doctor --format json` prints it."""

    format_version: Version
    findings: list[FindingDocument]


def finding_text(finding: Finding) -> str:
    """Return a line for a finding, and the text of each of its diagnostics below it."""
    line = f"{GLYPHS[finding.condition]} {finding.part:<10} {visible(finding.said)}"
    return "\n".join([line, *_details(finding)]) + "\n"


def _details(finding: Finding) -> Iterator[str]:
    for one in finding.diagnostics:
        yield from (f"    {line}" for line in str(one).splitlines())


def summary_text(findings: Sequence[Finding]) -> str:
    """Return the last line: the number of parts that are wrong."""
    wrong = [one.part for one in findings if one.condition is Condition.WRONG]
    if not wrong:
        return "\nNothing is wrong with this setup.\n"
    return f"\n{len(wrong)} of {len(findings)} parts are wrong: {', '.join(wrong)}.\n"


def findings_document(findings: Sequence[Finding]) -> DoctorDocument:
    """Return findings as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "findings": [
            {
                "part": one.part,
                "condition": one.condition,
                "said": one.said,
                "diagnostics": [diagnostic_document(said) for said in one.diagnostics],
            }
            for one in findings
        ],
    }
