"""Turn plans, drift and checks of manifests into findings, each at its line of a manifest.

A finding is a diagnostic, a change that a plan would make, or a value that moved on the live side.
SARIF, JUnit and the annotations of GitHub and GitLab show findings.
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
"""The most lines of each field that a finding about a change shows."""
_ROOM: Final = 80
"""The most columns of a value in a finding."""

NOTE: Final = Severity.NOTE.value
WARNING: Final = Severity.WARNING.value
ERROR: Final = Severity.ERROR.value

_MEANINGS: Final = {
    "drift": "A value of a live object is not what was last applied to it.",
    "absent": "A declared resource has no live object.",
    "undeclared-value": "A live object has a value that no manifest sets.",
}
"""The meaning of each rule about drift. Such a rule is no code of a diagnostic."""


@frozen
class Finding:
    """One diagnostic, planned change or moved value, as a pipeline shows it.

    `rule` is a code, or the name of a kind of change such as `planned-update`. `summary` and
    `meaning` are the fixed sentences of the rule. `level` is `error`, `warning` or `note`.
    `subject` is an address, an id or a path, or empty. `lines` describe the finding in full.
    `allowed` is the reason with which a manifest allows it, empty if none does.
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
        """The subject, if there is one, and the summary, as one line that is safe to print."""
        return visible(f"{self.subject}: {self.summary}" if self.subject else self.summary)

    @property
    def detail(self) -> str:
        """The lines as one text that is safe to print."""
        return "\n".join(map(visible, self.lines))

    @property
    def fingerprint(self) -> str:
        """A digest of the finding that stays the same when the line of the manifest changes."""
        text = "\0".join((self.rule, self.subject, *self.lines))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def of_validation(validation: Validation) -> list[Finding]:
    """Return the findings of a check of manifests."""
    return of_diagnostics(validation.diagnostics)


def of_plan(plan: View) -> list[Finding]:
    """Return the findings of a plan: its refusals and diagnostics, its risks, and each of its changes."""
    diagnostics = dict.fromkeys((*plan.standing, *plan.diagnostics))
    changes = (_of_change(change, plan) for change in plan.changes)
    return [*of_diagnostics(diagnostics), *_of_risks(plan), *changes]


def of_drift(drift: Drift) -> list[Finding]:
    """Return the findings of drift: objects that moved or are absent, undeclared values, diagnostics."""
    plan = view_of(drift.plan)
    found = [_of_moved(change) for change in plan.changes]
    found += [
        _rule("absent", "declared and not live", str(one.address), (absent_told(one),))
        for one in drift.absent
    ]
    found += [
        _rule(
            "undeclared-value",
            "the live object has a value that no manifest sets",
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
    """Return the risks of a plan as findings. A risk without a position has that of its resource."""
    places = {c.address: c.desired.origin for c in plan.changes if c.desired}
    found = of_diagnostics(risk.diagnostic for risk in plan.risks)
    return [
        replace(one, position=one.position or places.get(risk.address))
        for one, risk in zip(found, plan.risks, strict=True)
    ]


def _of_change(change: Change, plan: View) -> Finding:
    """Return a planned change as a finding."""
    action = change.action
    lines = list(filter(None, [reason_told(change, plan)]))
    # The fields of an object that goes would say nothing: all of it goes.
    if not (action.removes and not action.makes) and action is not Action.FORGET:
        lines += Diff(Values(plan.made.keys()), LINES).change(change)
    return Finding(
        f"planned-{action.word}",
        f"the plan would {action.word} this resource",
        f"A plan would {action.word} a live object. Nothing was changed yet.",
        # Every format has this one opinion of what is grave: see decision 0055.
        WARNING if action.removes or change.drifts else NOTE,
        str(change.address),
        tuple(lines),
        change.desired.origin if change.desired else None,
    )


def _of_moved(change: Change) -> Finding:
    """Return a live object that changed as a finding."""
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
    """Return a finding about drift. `rule` is a key of `_MEANINGS`."""
    return Finding(rule, summary, _MEANINGS[rule], level, subject, lines, position)


def counted(found: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings of each level: `error`, `warning` and `note`."""
    levels = [one.level for one in found]
    return {level: levels.count(level) for level in (ERROR, WARNING, NOTE)}


def standing(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that no manifest allows."""
    return [one for one in found if not one.allowed]


def gravest_first(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings by level, errors first. Findings of one level keep their order."""
    levels = (ERROR, WARNING, NOTE)
    yield from sorted(found, key=lambda one: levels.index(one.level))
