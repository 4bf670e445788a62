"""Carry out a plan only if its assistants passed their checks: `apply --tested`."""

import json
from dataclasses import replace
from pathlib import Path

from provisioner.engine.saved import plan_digest
from provisioner.model.codes import tests as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import UsageError
from provisioner.render.checks import passed_of_document
from provisioner.verbs.plan import Planned
from provisioner.verbs.test.candidate import changed


def tested(found: Planned, file: Path) -> Planned:
    """Return the plan with its digest, and with a refusal if the report in `file` does not cover it.

    The report covers the plan if it has the plan's digest, every deciding check passed, and every
    assistant with checks that the plan changes is among its candidates, with each of its present
    checks. Raises UsageError for a file that is no report.
    """
    try:
        digest, passed, candidates = passed_of_document(
            json.loads(file.read_text(encoding="utf-8"))
        )
    except RecursionError as error:
        raise _no_report(file, "it is nested too deeply") from error
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise _no_report(file, said or str(error)) from error
    now = plan_digest(found.plan, found.session.context.settings)
    plan = replace(found.plan, digest=now)
    missing = [
        f"{check.name} of {one}"
        for one in sorted(changed(plan, found.session.desired))
        for check in found.session.desired[one].checks
        if check.digest not in candidates.get(one, ())
    ]
    why = ""
    if digest != now:
        why = (
            f"{file} is about the plan with the digest {digest}, but that of the plan is now {now}."
        )
    elif not passed:
        why = f"In {file} not every check passed."
    elif missing:
        why = (
            f"{file} has no result of {', '.join(missing)}. A result counts only for the check that"
            " the manifest has now."
        )
    if not why:
        return replace(found, plan=plan)
    refusal = Diagnostic(codes.NOT_TESTED, f"{why} Nothing was changed.")
    return replace(found, plan=replace(plan, refusals=(*plan.refusals, refusal)))


def _no_report(file: Path, why: str) -> UsageError:
    """Return the error for a file that is no report."""
    return UsageError(Diagnostic(codes.REPORT_UNREADABLE, f"{file}: {why}."))
