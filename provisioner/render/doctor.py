"""Render the findings of `doctor` as text and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, TypedDict

from provisioner.model.finding import Condition, Finding
from provisioner.render.document import diagnostic_document
from provisioner.render.json_schema import one_of
from provisioner.render.output import FORMAT_VERSION, DiagnosticDocument, Version
from provisioner.render.values import plural
from provisioner.render.visible import visible

GLYPHS: Final = {
    Condition.RIGHT: "✓",
    Condition.WARNING: "!",
    Condition.WRONG: "✗",
    Condition.SKIPPED: "-",
}


class FindingDocument(TypedDict):
    """One part of a setup and its condition."""

    part: str
    condition: Annotated[str, one_of(Condition)]
    said: Annotated[str, "A sentence that says what was found."]
    diagnostics: list[DiagnosticDocument]


class DoctorDocument(TypedDict):
    """The condition of a setup, as `doctor --format json` prints it."""

    format_version: Version
    findings: list[FindingDocument]


def finding_text(finding: Finding) -> str:
    """Return a line for a finding, and each of its diagnostics below the line."""
    line = f"{GLYPHS[finding.condition]} {finding.part:<10} {visible(finding.said)}"
    return "\n".join([line, *_details(finding)]) + "\n"


def _details(finding: Finding) -> Iterator[str]:
    """Yield the lines of a finding's diagnostics, indented."""
    for one in finding.diagnostics:
        yield from (f"    {line}" for line in str(one).splitlines())


def summary_text(findings: Sequence[Finding]) -> str:
    """Return the last line: the parts of the setup that are wrong."""
    wrong = [one.part for one in findings if one.condition is Condition.WRONG]
    if not wrong:
        return "\nNothing is wrong with this setup.\n"
    verb = "is" if len(wrong) == 1 else "are"
    parts = plural(len(findings), "part")
    return f"\n{len(wrong)} of {parts} {verb} wrong: {', '.join(wrong)}.\n"


def findings_document(findings: Sequence[Finding]) -> DoctorDocument:
    """Return the findings as a JSON document."""
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
