"""Performs the steps of a plan with several threads, and reports events as they happen.

A step starts when all steps that it needs have succeeded. A failed step blocks the steps that need
it, and no others.
"""

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from provisioner.apply.closing import Look, Undone
from provisioner.apply.recheck import Recheck
from provisioner.apply.run import Event, Run, StepFailed, Unownable
from provisioner.apply.steps import Steps, next_generation
from provisioner.apply.uploads import Uploads
from provisioner.engine.order import Phase, Step, StepKey, graph, steps
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.errors import ProvisionerError
from provisioner.model.outcome import Outcome, Progress, Status
from provisioner.model.plan import Action

GRACE = 30.0
"""The seconds that running requests may take after an interruption."""


def perform(run: Run, stop: Callable[[], bool] = lambda: False) -> Iterator[Event]:
    """Perform `run.plan`. Yield each event as it happens, and at least one Outcome for each change.

    `stop` is called often. When it returns true, no further step starts.
    """
    yield from _Performance(run, stop).events()


@dataclass(slots=True)
class _Performance:
    """One apply while it runs.

    Its threads put what has happened into `happened`, and `events` yields it.
    """

    run: Run
    stop: Callable[[], bool]
    happened: "queue.SimpleQueue[Event | tuple[StepKey, Outcome]]" = field(
        default_factory=queue.SimpleQueue
    )
    failed: set[StepKey] = field(default_factory=set)
    ended: set[StepKey] = field(default_factory=set)
    running: dict[StepKey, Future[None]] = field(default_factory=dict)
    aborted: str = ""
    began: dict[StepKey, float] = field(default_factory=dict)
    done: dict[str, Outcome] = field(default_factory=dict)
    uploads: Uploads = field(init=False)
    steps: Steps = field(init=False)

    def __post_init__(self) -> None:
        self.uploads = Uploads(self.run)
        self.steps = Steps(self.run, self.uploads, Recheck(self.run))
        # Events of all threads go through one queue, so that only one thread prints them.
        self.run.emit = self.happened.put
        self.run.stop = self.stop

    def events(self) -> Iterator[Event]:
        by_key = {step.key: step for step in steps(self.run.plan.changes)}
        needs = graph(by_key.values())
        sorter: TopologicalSorter[StepKey] = TopologicalSorter(needs)
        sorter.prepare()
        pool = ThreadPoolExecutor(max_workers=self.run.limits.parallelism)
        deadline = float("inf")
        try:
            while sorter.is_active():
                # After an interruption, running requests get GRACE seconds to end, so that no work
                # is left half done.
                if self.stop() and deadline == float("inf"):
                    deadline = self.run.limits.clock() + GRACE
                for key in sorter.get_ready():
                    if outcome := self._held_back(by_key[key], needs[key]):
                        # The object of this step was not made, so steps that refer to it must not
                        # start.
                        self.failed.add(key)
                        yield from self._told(by_key[key], outcome)
                        self.ended.add(key)
                        sorter.done(key)
                    else:
                        self.running[key] = pool.submit(self._work, by_key[key])
                for event in self._next(deadline):
                    if isinstance(event, tuple):
                        yield from self._ended(by_key[event[0]], event[1])
                        self.ended.add(event[0])
                        sorter.done(event[0])
                    else:
                        yield event
                if self.run.limits.clock() > deadline:
                    break
        finally:
            # A thread may hang in a request. Nobody waits for it; it ends with the process.
            pool.shutdown(wait=False, cancel_futures=True)
        for step in by_key.values():
            if step.key not in self.ended:
                yield from self._told(step, self._abandoned(step))
        yield from self._tidied()
        yield from self._looked()

    def _held_back(self, step: Step, needs: frozenset[StepKey]) -> Outcome | None:
        """Return the outcome of a step that must not start, None if the step may start."""
        why = self._called_off()
        blockers = sorted({str(key[0]) for key in needs & self.failed})
        if blockers and not why:
            why = f"it needs {', '.join(blockers)}, which failed"
        return _outcome(step, Status.SKIPPED, why) if why else None

    def _called_off(self) -> str:
        """Return the reason why no further step may start, '' if steps may start."""
        return self.aborted or (_NOT_BEGUN if self.stop() else "")

    def _abandoned(self, step: Step) -> Outcome:
        """Return the outcome of a step that was still running when the time after an interruption was over."""
        self.failed.add(step.key)
        if step.key in self.began:
            return _outcome(step, Status.FAILED, _STILL_RUNNING)
        return _outcome(step, Status.SKIPPED, _NOT_BEGUN)

    def _work(self, step: Step) -> None:
        # The step may have waited for a free thread, and the run may have been stopped in the
        # meantime.
        self.began[step.key] = self.run.limits.clock()
        if why := self._called_off():
            self.happened.put((step.key, _outcome(step, Status.SKIPPED, why)))
            return
        change = step.change
        if step.phase is Phase.MAKE or change.action is not Action.REPLACE:
            self.happened.put(Outcome(change.address, change.action, Status.STARTED))
        outcome = _outcome(step, Status.DONE)
        try:
            outcome = replace(outcome, id=self.steps.do(step))
        # The server does not store marks, so no object made on it could be recognised later.
        # Nothing else may start.
        except Unownable as error:
            self.aborted = str(error)
            outcome = replace(outcome, status=Status.FAILED, error=str(error))
        except (ProvisionerError, StepFailed) as error:
            outcome = replace(outcome, status=Status.FAILED, error=self._told_of(step, error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not lose the others' outcomes
            text = f"unexpected {type(error).__name__}: {error}"
            outcome = replace(outcome, status=Status.FAILED, error=text)
        self.happened.put((step.key, outcome))

    def _told_of(self, step: Step, error: Exception) -> str:
        """Return the reason why a step failed.

        If the step created an object, the reason says so, because the object stays.
        """
        change = step.change
        is_made = change.action.makes and (change.address, next_generation(change)) in self.run.made
        said = _sentence(error, change.address)
        return f"created, but {said}" if is_made and step.phase is Phase.MAKE else said

    def _next(self, deadline: float) -> Iterator[Event | tuple[StepKey, Outcome]]:
        """Yield the events and outcomes that have arrived.

        If there are none, wait a short time first.
        """
        if not self.running:
            return
        # An interruption must be noticed while requests run, so the wait ends ten times a second.
        patience = min(0.1, max(0.0, deadline - self.run.limits.clock()))
        try:
            yield self.happened.get(timeout=patience)
            while True:
                yield self.happened.get_nowait()
        except queue.Empty:
            return

    def _ended(self, step: Step, outcome: Outcome) -> Iterator[Event]:
        # An error of the thread itself, which `_work` did not catch, is raised here.
        self.running.pop(step.key).result()
        outcome = replace(outcome, seconds=self.run.limits.clock() - self.began[step.key])
        if outcome.status is not Status.DONE:
            self.failed.add(step.key)
        yield from self._told(step, outcome)

    def _told(self, step: Step, outcome: Outcome) -> Iterator[Event]:
        """Yield the outcome of a change after its last step.

        The last step of a replace is the deletion.
        """
        change = step.change
        is_replace = change.action is Action.REPLACE
        if is_replace and step.phase is Phase.MAKE and outcome.status is Status.DONE:
            yield Progress(change.address, change.action, f"the new one is {outcome.id}")
        # A change has one outcome, and the failed first step has reported it.
        elif is_replace and step.phase is Phase.REMOVE and self._make_failed(change.address):
            return
        elif is_replace and step.phase is Phase.REMOVE:
            new = self.run.ids.get(change.address, outcome.id)
            yield self._final(replace(outcome, id=new))
        else:
            yield self._final(outcome)

    def _final(self, outcome: Outcome) -> Outcome:
        """Return the outcome of a change, and store it, because the closing look may correct it."""
        if outcome.status is Status.DONE:
            outcome = replace(outcome, release=self.run.releases.get(outcome.id, 0))
            self.done[outcome.id] = outcome
        return outcome

    def _make_failed(self, address: Address) -> bool:
        return any(key[:2] == (address, Phase.MAKE) for key in self.failed)

    def _tidied(self) -> Iterator[Event]:
        """Delete this run's uploads that no object refers to, and files that no object uses any more.

        Yield a warning about files that stay, and the outcome of a File whose upload was deleted.
        """
        try:
            deleted, kept, left = self.uploads.sweep()
            if left:
                many = f"{len(left)} files: {', '.join(left[:5])}{' …' if left[5:] else ''}."
                yield warning(codes.FILES_LEFT_FOR_GC, many)
            if kept:
                yield warning(codes.FILES_KEPT, f"{_NAMED}: {', '.join(kept)}.")
            for id in deleted:
                if id in self.done and self.done[id].action.makes:
                    yield self._undone(Undone(id, _TAKEN_BACK))
        except ProvisionerError as error:
            yield Diagnostic(codes.FILES_UNKNOWN, _sentence(error))
        yield from self.uploads.left_behind()

    def _looked(self) -> Iterator[Event]:
        """Yield the findings of the closing look: objects that are missing, not deleted, or doubled."""
        try:
            for found in Look(self.run, frozenset(self.done)).findings():
                yield self._undone(found) if isinstance(found, Undone) else found
        except ProvisionerError as error:
            yield Diagnostic(codes.CLOSING_LOOK_FAILED, _sentence(error))
        while not self.happened.empty():
            event = self.happened.get_nowait()
            if not isinstance(event, tuple):
                yield event

    def _undone(self, found: Undone) -> Outcome:
        """Return the outcome that replaces an earlier outcome which the closing look disproved."""
        before = self.done.pop(found.id)
        return replace(before, status=Status.FAILED, error=found.why)


_NOT_BEGUN = "interrupted before it began"
_STILL_RUNNING = "it was still running when the apply ended; apply again to continue"
_TAKEN_BACK = "uploaded, and deleted again, because the object that would refer to it failed"
_NAMED = "Other assistants or vector stores still refer to these files, so they were not deleted"


def _outcome(step: Step, status: Status, error: str = "") -> Outcome:
    """Return the outcome of a step, with the id of its object if it is known."""
    change = step.change
    id = change.live.id if change.live else ""
    return Outcome(change.address, change.action, status, id, error)


def _sentence(error: Exception, about: Address | None = None) -> str:
    """Return the text of an error without the name of `about`, which is printed beside the text."""
    if not isinstance(error, ProvisionerError):
        return str(error)
    found = error.diagnostics
    told = [d.summary if d.subject == str(about) else d.told for d in found]
    parts = [p for head, d in zip(told, found, strict=True) for p in (head, d.detail) if p]
    return " ".join(part if part[-1] in ".!?:" else f"{part}." for part in parts)
