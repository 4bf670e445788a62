"""Read plan files, find their Stack on disk, and check them before they are used.

Many people may have had a plan file in their hands. It names a folder, an environment and a target,
but only the Stack on disk decides which server and account these stand for.
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
    """A plan file that is complete.

    `head` is the part that is applied, `shown` the part for reviewers.
    """

    head: Mapping[str, Any]
    shown: Mapping[str, Any]

    @property
    def verb(self) -> str:
        """The verb that made the plan."""
        return str(self.head["verb"])

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The arguments with which the verb made the plan."""
        return dict(self.head["arguments"])

    @property
    def parts(self) -> tuple["PlanFile", ...]:
        """The two plans of a migration, in the order of their execution. Other files have none."""
        return tuple(PlanFile(head, {}) for head in self.head.get("parts", ()))


def read_plan(file: Path) -> PlanFile:
    """Read a plan file. Raises PlanRefused if it is not a complete plan of this version."""
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
                "The part of the file for reviewers was edited, so what they saw is unknown. Nothing was "
                f"changed. Make a new plan: {hint('plan', '--out', 'FILE')}.",
            )
        )
    return PlanFile(head, shown)


def shown(plan: PlanFile, file: Path) -> View:
    """Return a plan as reviewers saw it. Raises PlanRefused if the file does not contain it."""
    try:
        return view_of_document(plan.shown)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(file) from error


def shown_migration(plan: PlanFile, file: Path) -> MigrationView:
    """Return a migration as reviewers saw it. Raises PlanRefused if the file does not contain it."""
    try:
        return migration_of_document(plan.shown)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(file) from error


def placed(options: RunOptions, plan: PlanFile) -> RunOptions:
    """Return the options with the folder, environment and target of a plan file.

    Raises PlanRefused if the folder cannot be that of the plan, or if the options name another
    environment or target.
    """
    return replace(
        options,
        path=_root(options, plan.head),
        environment=_named(plan.head, "environment", options.environment),
        target=_named(plan.head, "target", options.target),
    )


def check_settings(session: Session, plan: PlanFile) -> None:
    """Raise PlanRefused if the target's settings are others than when the plan was made."""
    same = plan.head["settings"] == sealed(session.context.settings, str(plan.head["salt"]))
    if not same or plan.head["stack"] != session.stack.name:
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_SETTINGS,
                f"Target {session.stack.target.name} of the Stack on disk has other settings than "
                "when the plan was made. Nothing was changed. Plan again.",
            )
        )


def check_same(plan: Plan, session: Session, saved: PlanFile) -> None:
    """Raise PlanRefused, with what moved, if a plan that was made again is not the saved one."""
    # The folder may be named differently here. With the salt of the file, equal settings have equal
    # seals, so that the two digests are equal if nothing has moved.
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
"""The most changes of a plan that a message names."""
Work = tuple[str, str, str]
"""One change of a plan: its address, the word of its action, and the id of its live object."""


def other_outcome(saved: Sequence[Work] = (), now: Sequence[Work] = ()) -> Diagnostic:
    """Return the refusal of a saved plan that has other changes when it is made again."""
    gone = _listed(one for one in saved if one not in now)
    new = _listed(one for one in now if one not in saved)
    told = "".join(
        (
            f"The saved plan would {gone}, which is not needed any more. " if gone else "",
            f"A new plan would {new}, which the saved plan does not have. " if new else "",
        )
    )
    told = told or "A new plan with the same arguments comes out different. "
    return Diagnostic(codes.OTHER_OUTCOME, f"{told}Nothing was changed. Plan again.")


def _listed(work: Iterable[Work]) -> str:
    """Return changes in words, as `update assistant.a, delete assistant.b and 3 more`."""
    words = [f"{action} {address}" for address, action, _ in work]
    rest = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(words[:MOST_NAMED]) + rest


def _fingerprint(live: Any) -> Mapping[str, Any] | None:
    """Return the fingerprint that a saved change has of its live object; None if it has none."""
    return live if isinstance(live, dict) else None


def _unreadable(file: Path, why: str = "The file is not a saved plan.") -> PlanRefused:
    """Return the refusal of a file that is no plan."""
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
    """Return the folder of manifests: that of the options, else that of the plan.

    A plan must not choose whose Stack is read, so its own folder has to be below the current one.
    """
    if options.path != RunOptions().path:
        return options.path
    root = Path(str(head.get("root") or options.path))
    if root.is_absolute() or ".." in root.parts:
        raise PlanRefused(
            Diagnostic(
                codes.OUTSIDE_FOLDER,
                f"The plan names the folder {root}. If that is right, add --manifests {root}.",
            )
        )
    if not root.is_dir():
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_PLACE,
                f"The plan belongs to the manifest folder {root}, which does not exist here. Apply it where "
                "it was made, or name the folder: --manifests DIR.",
            )
        )
    return root


def _named(head: Mapping[str, Any], key: str, given: str | None) -> str | None:
    """Return a name in the plan. Raises PlanRefused if the options give another one."""
    planned = str(head.get(key) or "")
    if given is not None and given != planned:
        was = f"{key} {planned}" if planned else f"no {key}"
        raise PlanRefused(
            Diagnostic(
                OTHERS[key],
                f"The plan was made for {was}, but {given or 'none'} was given. Nothing was changed. "
                "Leave the option out, or plan again.",
            )
        )
    return planned or None
