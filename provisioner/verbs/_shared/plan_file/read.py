"""Read plan files, find their Stack on disk, and judge them before anything is planned from them.

A plan file passes through many hands. It names a folder, an environment and a target. Only the
Stack on disk decides where these lead.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from provisioner.engine.saved import check_whole, schemas_of, to_document
from provisioner.engine.sealing import LONG, sealed
from provisioner.engine.staleness import changes_since
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.plan import Plan
from provisioner.model.schemas import NOWHERE
from provisioner.model.value import digest
from provisioner.render.migration_reading import MigrationView, migration_of_document
from provisioner.render.reading import view_of_document
from provisioner.render.view import View
from provisioner.verbs._shared.session import RunOptions, Session

OTHERS = {"environment": codes.OTHER_ENVIRONMENT, "target": codes.OTHER_TARGET}


@frozen
class PlanFile:
    """A plan file that is whole. `head` is the part that is applied, `shown` what reviewers read."""

    head: Mapping[str, Any]
    shown: Mapping[str, Any]

    @property
    def verb(self) -> str:
        return str(self.head["verb"])

    @property
    def arguments(self) -> Mapping[str, Any]:
        return dict(self.head["arguments"])

    @property
    def parts(self) -> tuple["PlanFile", ...]:
        """The plans of a migration, in the order of their execution. Other files have none."""
        return tuple(PlanFile(head, {}) for head in self.head.get("parts", ()))


def read_plan(file: Path) -> PlanFile:
    """Read a plan file. Raises PlanRefused if it is not a whole plan of this version."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        head = data["apply"]
        is_plan = isinstance(head, dict) and isinstance(head["digest"], str)
    except FileNotFoundError as error:
        raise _unreadable(file, "There is no such file.") from error
    except OSError as error:
        raise _unreadable(file, f"{error.strerror}.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(file) from error
    if not is_plan:
        raise _unreadable(file)
    check_whole(head)
    shown = {key: value for key, value in data.items() if key != "apply"}
    if head.get("shown") != digest(shown, LONG):
        raise PlanRefused(
            Diagnostic(
                codes.BROKEN_PLAN,
                "What it shows was changed, so nobody can tell what was reviewed. Nothing was "
                f"changed. Make a new one: {hint('plan', '--out', 'FILE')}.",
            )
        )
    return PlanFile(head, shown)


def shown(plan: PlanFile, file: Path) -> View:
    """Return the plan as reviewers saw it. Raises PlanRefused where the file does not hold it."""
    try:
        return view_of_document(plan.shown)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(file) from error


def shown_migration(plan: PlanFile, file: Path) -> MigrationView:
    """Return the migration as reviewers saw it. Raises PlanRefused where the file does not hold it."""
    try:
        return migration_of_document(plan.shown)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(file) from error


def placed(options: RunOptions, plan: PlanFile) -> RunOptions:
    """Return the options with the folder, environment and target of a plan file.

    Raises PlanRefused where the folder cannot be the plan's, or where the caller insists on another
    environment or target.
    """
    return replace(
        options,
        path=_root(options, plan.head),
        environment=_named(plan.head, "environment", options.environment),
        target=_named(plan.head, "target", options.target),
    )


def check_settings(session: Session, plan: PlanFile) -> None:
    """Raise PlanRefused if the target leads to another place than when the plan was made."""
    same = plan.head["settings"] == sealed(session.context.settings, str(plan.head["salt"]))
    if not same or plan.head["stack"] != session.stack.name:
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_SETTINGS,
                f"Target {session.stack.target.name} of the Stack on disk does not lead where it "
                "led when the plan was made. Nothing was changed. Plan again.",
            )
        )


def check_same(plan: Plan, session: Session, saved: PlanFile) -> None:
    """Raise PlanRefused, showing what moved, if a plan made again is not the saved one."""
    again = replace(plan, root=str(saved.head["root"]))
    salt, shown = str(saved.head["salt"]), str(saved.head["shown"])
    now = to_document(again, salt, session.context.settings, shown)
    if now["digest"] == saved.head["digest"]:
        return
    fresh = {(row["address"], row["action"]): row["live"] for row in now["changes"]}
    moved = [
        edit
        for row in saved.head["changes"]
        if isinstance(row["live"], dict)
        for edit in changes_since(
            Address.parse(row["address"]),
            row["live"],
            _fingerprint(fresh.get((row["address"], row["action"]))),
            schemas_of(saved.head).get(Address.parse(row["address"]).kind, NOWHERE),
        )
    ]
    raise (PlanRefused(*moved) if moved else PlanRefused(other_outcome()))


MOST_NAMED: Final = 5
"""Changes of a plan that a message names at most."""
Work = tuple[str, str, str]
"""One change of a plan: its address, the word of its action, and the live id that it concerns."""


def other_outcome(saved: Sequence[Work] = (), now: Sequence[Work] = ()) -> Diagnostic:
    """Return the refusal of a saved plan that holds other changes when it is made again."""
    gone = _listed(one for one in saved if one not in now)
    new = _listed(one for one in now if one not in saved)
    told = "".join(
        (
            f"It was saved to {gone}, which is no longer to be done. " if gone else "",
            f"Today it would {new}, which it was not saved with. " if new else "",
        )
    )
    told = told or "Made again from what it was asked for, it comes out different. "
    return Diagnostic(codes.OTHER_OUTCOME, f"{told}Nothing was changed. Plan again.")


def _listed(work: Iterable[Work]) -> str:
    words = [f"{action} {address}" for address, action, _ in work]
    rest = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + rest


def _fingerprint(live: Any) -> Mapping[str, Any] | None:
    return live if isinstance(live, dict) else None


def _unreadable(file: Path, why: str = "It could not be read as one.") -> PlanRefused:
    way = f"{hint('plan', '--out', 'FILE')} writes one."
    if file.suffix in (".yaml", ".yml"):
        whole = hint("apply", str(file.parent), only=("env", "target"))
        why, way = "A folder of manifests is applied whole:", f"{whole}."
    return PlanRefused(
        Diagnostic(
            codes.NOT_A_PLAN,
            f"{why} {way}",
            subject=str(file),
        )
    )


def _root(options: RunOptions, head: Mapping[str, Any]) -> Path:
    """Return the manifest folder: the caller's, else the plan's own.

    A plan passes through many hands, and must not choose whose Stack is read: its own folder has
    to lie below the current one.
    """
    if options.path != RunOptions().path:
        return options.path
    root = Path(str(head.get("root") or options.path))
    if root.is_absolute() or ".." in root.parts:
        raise PlanRefused(
            Diagnostic(
                codes.OUTSIDE_FOLDER,
                f"It says {root}. If that is right, say so: --manifests {root}.",
            )
        )
    if not root.is_dir():
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_PLACE,
                f"It belongs to the manifest folder {root}, and there is none here. Apply it where "
                "it was made, or name the folder: --manifests DIR.",
            )
        )
    return root


def _named(head: Mapping[str, Any], key: str, given: str | None) -> str | None:
    """Return a name from the plan. Raises PlanRefused where the caller insists on another."""
    planned = str(head.get(key) or "")
    if given is not None and given != planned:
        was = f"{key} {planned}" if planned else f"no {key}"
        raise PlanRefused(
            Diagnostic(
                OTHERS[key],
                f"It was made for {was}, and {given or 'none'} is asked for. Nothing was changed. "
                "Leave the option out, or plan again.",
            )
        )
    return planned or None
