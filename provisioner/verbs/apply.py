"""apply: make exactly the planned change, and say how it went."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from provisioner.apply import Event, Limits, Run, perform
from provisioner.engine.guard import guarded
from provisioner.engine.plan import make_plan
from provisioner.engine.saved import Saved, from_document, moved, sealed
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, has_errors
from provisioner.model.errors import ManifestErrors, PlanRefused
from provisioner.model.outcome import Outcome, Report, Status
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Desired
from provisioner.model.value import Content, Sensitive, leaves
from provisioner.verbs.plan import Planned
from provisioner.verbs.pruning import prune
from provisioner.verbs.session import Session, Setup, connected, read

Watch = Callable[[Event], None]


def apply(
    planned: Planned,
    *,
    watch: Watch = lambda _event: None,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Carry out a plan. `watch` sees every event; `stop` says when nothing new may start.

    Raises PlanRefused while anything stands against the plan: a guard is lifted by planning with
    the override that its refusal names, and by nothing else.
    """
    _demand(planned.plan.standing)
    session = planned.session
    limits = Limits(
        parallelism=session.setup.parallelism,
        settle=session.setup.settle,
        timeout=session.setup.timeout,
    )
    run = Run(
        session.ground, planned.plan, planned.live, session.provider, session.stack.root, limits
    )
    began = limits.clock()
    outcomes: dict[tuple[str, str, str], Outcome] = {}
    diagnostics: list[Diagnostic] = []
    for event in perform(run, stop):
        watch(event)
        if isinstance(event, Diagnostic):
            diagnostics.append(event)
        elif isinstance(event, Outcome) and event.status is not Status.STARTED:
            outcomes[str(event.address), event.action.word, event.id] = event
    if not stop():
        diagnostics += prune(planned, run.forgotten)
    return Report(
        outcomes=tuple(sorted(outcomes.values(), key=lambda o: (o.address, o.action.word, o.id))),
        diagnostics=tuple(diagnostics),
        requests=dict(session.provider.requests),
        seconds=limits.clock() - began,
        interrupted=stop(),
    )


@contextmanager
def planned_from_file(
    file: Path, setup: Setup, overrides: Overrides = Overrides()
) -> Iterator[Planned]:
    """A saved plan, made anew on the live side as it is now.

    The target comes from the Stack on disk, never from the file. Raises PlanRefused, showing the
    edit, if anything that the plan touches or refers to has moved.
    """
    head = _read(file)
    setup = replace(
        setup,
        path=_root(setup, head),
        environment=_named(head, "environment", setup.environment),
        target=_named(head, "target", setup.target),
    )
    loaded = read(setup)
    if loaded.stack is None or (has_errors(loaded.diagnostics) and not loaded.desired):
        raise ManifestErrors(loaded.diagnostics)
    saved = from_document(head, _secrets(loaded.desired))
    with connected(setup, loaded, loaded.stack) as session:
        yield _checked(session, saved, overrides)


def _checked(session: Session, saved: Saved, overrides: Overrides) -> Planned:
    if saved.settings_digest != session.ground.settings_digest or saved.stack != session.stack.name:
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_SETTINGS,
                f"Target {session.stack.target.name} of the Stack on disk does not lead where it "
                "led when the plan was made. Nothing was changed. Plan again.",
            )
        )
    # What the plan does not touch is known by what the manifests say of it, as when it was made.
    live = session.live({**session.desired, **saved.desired})
    _demand(moved(saved, live))
    _demand(_changed_documents(session.stack.root, saved.desired))
    only = _restricted(live, saved)
    # What is only referred to was looked up by `moved`; the plan itself does not see it.
    # Whoever applies a saved plan has seen the drift and the undeclared values that it shows.
    agreed = replace(overrides, overwrite_drift=True, accept_undeclared=True, replace=saved.again)
    plan = make_plan(session.ground, saved.desired, only, everything=live, overrides=agreed)
    plan = replace(plan, unchanged=saved.unchanged, diagnostics=())
    if _work(plan) != sorted(saved.work):
        raise PlanRefused(
            Diagnostic(
                codes.OTHER_OUTCOME,
                "Made again from what it wants, it comes out different. Nothing was changed. "
                "Plan again.",
            )
        )
    plan = guarded(plan, live, session.stack, session.runtime.forms, agreed)
    _demand(plan.standing)
    return Planned(session, plan, live)


def _demand(found: Sequence[Diagnostic]) -> None:
    if found:
        raise PlanRefused(*found)


def _work(plan: Plan) -> list[tuple[str, str, str]]:
    return sorted(
        (str(c.address), c.action.word, c.live.id if c.live else "") for c in plan.changes
    )


def _restricted(live: Live, saved: Saved) -> Live:
    """Only what the plan touches, and what it refers to; the rest is none of its business."""
    touched = {key[0] for key in saved.live}
    ids = {key[1] for key in saved.live}

    def stays(found: RemoteObject) -> bool:
        return found.id in ids

    return replace(
        live,
        objects={a: o for a, o in live.objects.items() if a in touched and stays(o)},
        surplus=tuple(o for o in live.surplus if stays(o)),
        foreign=(),
    )


def _changed_documents(root: Path, desired: Desired) -> list[Diagnostic]:
    found = []
    for resource in desired.values():
        files = {document.path: document.sha256 for document in resource.documents.values()}
        files |= {content.path: content.sha256 for content in leaves(resource.spec, Content)}
        for name, sha256 in files.items():
            path = root / name
            if not path.is_file() or _sha256(path) != sha256:
                found.append(
                    Diagnostic(
                        codes.FILE_CHANGED,
                        f"{resource.address} wants the content that it had then. Nothing was "
                        "changed. Plan again.",
                        resource.origin,
                        subject=name,
                    )
                )
    return found


def _secrets(desired: Desired) -> dict[str, str]:
    """Every sensitive string, by its digest and by the variable that holds it."""
    secrets = [leaf for r in desired.values() for leaf in leaves(r.spec, Sensitive)]
    by_variable = {secret.variable: secret.value for secret in secrets if secret.variable}
    return {**by_variable, **{sealed(secret.value): secret.value for secret in secrets}}


def _read(file: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        head = data["apply"]
        whole = isinstance(head["digest"], str)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PlanRefused(_unreadable(file)) from error
    if not isinstance(head, dict) or not whole:
        raise PlanRefused(_unreadable(file))
    return head


def _unreadable(file: Path) -> Diagnostic:
    return Diagnostic(
        codes.NOT_A_PLAN,
        f"{file} could not be read as one. plan --out FILE writes one.",
    )


def _root(setup: Setup, head: Mapping[str, Any]) -> Path:
    """The manifest folder: the caller's, else the plan's own, which must lie below this folder.

    A plan is a file that passes through many hands: it must not choose whose Stack is read.
    """
    if setup.path != Setup().path:
        return setup.path
    root = Path(str(head.get("root") or setup.path))
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


OTHERS = {"environment": codes.OTHER_ENVIRONMENT, "target": codes.OTHER_TARGET}


def _named(head: Mapping[str, Any], key: str, given: str | None) -> str | None:
    """A name from the plan. Raises PlanRefused where the caller insists on another."""
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


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
