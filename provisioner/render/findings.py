"""Findings: what plans, drift and checks say at places in manifests, alike for all formats of tools.

A finding is a diagnostic, a change that a plan would make, or a value that moved on the live side. The
formats SARIF, JUnit and the annotations of GitHub and GitLab show findings.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from provisioner.model.code import Severity
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.drift import Drift
from provisioner.model.frozen import frozen
from provisioner.model.plan import Action, Change
from provisioner.model.validation import Validation
from provisioner.render.drift import absent_told, moved
from provisioner.render.markdown.fields import Diff
from provisioner.render.text import reason_told
from provisioner.render.undeclared import SINCE, told
from provisioner.render.values import Values
from provisioner.render.view import View, view_of
from provisioner.render.visible import visible

LINES: Final = 12
"""The lines of each field that a finding shows of a change."""
_ROOM: Final = 80

NOTE: Final = Severity.NOTE.value
WARNING: Final = Severity.WARNING.value
ERROR: Final = Severity.ERROR.value

_MEANINGS: Final = {
    "drift": "A value of a live object is not what was last applied to it.",
    "absent": "A resource is declared, and no live object stands for it.",
    "undeclared-value": "A live object has a value that no manifest sets.",
}


@frozen
class Finding:
    """One thing to tell. `level` is `error`, `warning` or `note`, and `lines` say it in full.

    `rule` is a code, or names what a change does (`planned-update`). `summary` and `meaning` are the
    fixed sentences of the rule. `subject` is an address, an id or a path, or empty. `allowed` is the
    reason that a manifest gives for allowing it, empty where it is not allowed.
    """

    rule: str
    summary: str
    meaning: str
    level: str
    subject: str
    lines: tuple[str, ...] = ()
    position: Position | None = None
    allowed: str = ""

    @property
    def told(self) -> str:
        """The subject, if there is one, and the summary, in one line that is safe to print."""
        return visible(f"{self.subject}: {self.summary}" if self.subject else self.summary)

    @property
    def detail(self) -> str:
        """The lines as one text that is safe to print."""
        return "\n".join(map(visible, self.lines))

    @property
    def fingerprint(self) -> str:
        """A digest of the finding that does not change with the line on which it stands."""
        text = "\0".join((self.rule, self.subject, *self.lines))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def of_validation(validation: Validation) -> list[Finding]:
    """Return the diagnostics of a check of manifests."""
    return of_diagnostics(validation.diagnostics)


def of_plan(plan: View) -> list[Finding]:
    """Return what stands against a plan, its warnings, its risks, and each change that it would make."""
    diagnostics = dict.fromkeys((*plan.standing, *plan.diagnostics))
    changes = (_of_change(change, plan) for change in plan.changes)
    return [*of_diagnostics(diagnostics), *_of_risks(plan), *changes]


def of_drift(drift: Drift) -> list[Finding]:
    """Return each object that moved or is not live, each undeclared value, and the diagnostics."""
    plan = view_of(drift.plan)
    found = [_of_moved(change) for change in plan.changes]
    found += [
        _rule("absent", "declared and not live", str(one.address), (absent_told(one),))
        for one in drift.absent
    ]
    found += [
        _rule(
            "undeclared-value",
            "it has a value that no manifest sets",
            str(value.address),
            (f"{value.path}: {told(value, _ROOM)} ({SINCE[value.since]})",),
            level=WARNING if value.counts else NOTE,
        )
        for value in plan.undeclared
    ]
    return [*found, *_of_risks(plan), *of_diagnostics(plan.diagnostics)]


def of_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Finding]:
    """Return diagnostics as findings."""
    return [
        Finding(
            one.code.name,
            one.summary,
            one.code.meaning,
            one.severity.value,
            one.subject,
            tuple(one.detail.splitlines()),
            one.position,
            one.allowed,
        )
        for one in diagnostics
    ]


def _of_risks(plan: View) -> list[Finding]:
    """Return the risks of a plan, at the resource where they have no place of their own."""
    places = {c.address: c.desired.origin for c in plan.changes if c.desired}
    found = of_diagnostics(risk.diagnostic for risk in plan.risks)
    return [
        replace(one, position=one.position or places.get(risk.address))
        for one, risk in zip(found, plan.risks, strict=True)
    ]


def _of_change(change: Change, plan: View) -> Finding:
    action = change.action
    lines = list(filter(None, [reason_told(change, plan)]))
    if not (action.removes and not action.makes) and action is not Action.FORGET:
        lines += Diff(Values(plan.made.keys()), LINES).change(change)
    return Finding(
        f"planned-{action.word}",
        f"the plan would {action.word} it",
        f"A plan would {action.word} a live object. Nothing was changed yet.",
        WARNING if action.removes or change.drifts else NOTE,
        str(change.address),
        tuple(lines),
        change.desired.origin if change.desired else None,
    )


def _of_moved(change: Change) -> Finding:
    lines = tuple(Diff(Values(), LINES).change(moved(change)))
    at = change.desired.origin if change.desired else None
    return _rule("drift", "changed on the live side", str(change.address), lines, position=at)


def _rule(
    rule: str,
    summary: str,
    subject: str,
    lines: tuple[str, ...],
    *,
    position: Position | None = None,
    level: str = WARNING,
) -> Finding:
    return Finding(rule, summary, _MEANINGS[rule], level, subject, lines, position)


def counted(found: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings of each level; keys are `error warning note`."""
    levels = [one.level for one in found]
    return {level: levels.count(level) for level in (ERROR, WARNING, NOTE)}


def standing(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that no manifest allows."""
    return [one for one in found if not one.allowed]


def gravest_first(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings by level, those of one level in their order."""
    levels = (ERROR, WARNING, NOTE)
    yield from sorted(found, key=lambda one: levels.index(one.level))
