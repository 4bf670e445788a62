"""Read an account, and judge each of its objects. Changes nothing but the ledger's spools."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from provisioner.engine.classify import classify
from provisioner.gc.case import Case
from provisioner.gc.graph import Reader
from provisioner.gc.judge import judge
from provisioner.inventory.everything import read_everything
from provisioner.model.codes import leaks as codes
from provisioner.model.codes.servers import NO_SUCH_API
from provisioner.model.diagnostic import Diagnostic, Severity, warning
from provisioner.model.frozen import frozen
from provisioner.model.inventory import Inventory
from provisioner.model.leaks import Remembered, Survey
from provisioner.model.ledger import Tracked, TrackedKind
from provisioner.model.provider import Row
from provisioner.model.remote import Live
from provisioner.policy.prices import PRICES
from provisioner.runtimes.account import ACCOUNT, binding_of, marked_by
from provisioner.verbs._shared import ledgers
from provisioner.verbs._shared.ledgers import account_of, location_of
from provisioner.verbs._shared.registries import RELEASE, releases_elsewhere
from provisioner.verbs._shared.session import RunOptions, Session, open_session
from provisioner.verbs.gc.bare import NO_STACK, Bare, bare_session
from provisioner.verbs.threads.place import taken_over


@frozen
class Surveyed:
    """A survey, and what it was made from.

    `inventory` has rows by noun, the API's name for a collection's objects. `live` are the objects
    of ours.
    """

    session: Session
    survey: Survey
    inventory: Inventory
    live: Live
    remembered: Remembered

    @property
    def rows(self) -> dict[tuple[str, str], Row]:
        """The row of each object, by noun and id."""
        return {
            (noun, str(row["id"])): row
            for noun, rows in self.inventory.rows.items()
            for row in rows
        }

    @property
    def has_stack(self) -> bool:
        """True if manifests say which objects are ours."""
        return self.session.stack.name != NO_STACK


def opened(options: RunOptions, bare: Bare | None) -> AbstractContextManager[Session]:
    """Return a session on the Stack's target, or on a target that no Stack defines."""
    return bare_session(options, bare) if bare else open_session(options)


@contextmanager
def surveyed(options: RunOptions, bare: Bare | None = None) -> Iterator[Surveyed]:
    """Yield the survey of an account, with the session open. Raises ProviderError and LedgerError."""
    with opened(options, bare) as session:
        yield survey_of(session)


def survey_of(session: Session) -> Surveyed:
    """Read everything of a session's account, and judge it. Raises ProviderError and LedgerError."""
    where = location_of(session.options, session.stack)
    # A thread that an application has just registered may still be a line in a spool.
    unwritten = taken_over(where, session.stack.root)
    remembered, told = ledgers.remembered(where, account_of(session.context))
    told = (*unwritten, *told)
    has_stack = session.stack.name != NO_STACK
    known = session.read() if has_stack else Inventory()
    live = session.live(inventory=known) if has_stack else Live()
    inventory = read_everything(
        session.provider,
        ACCOUNT,
        parallelism=session.options.parallelism,
        known=known,
        bindings=session.runtime.bindings,
        dropped=_dropped(session),
        tracked=_tracked(session, remembered.tracked),
    )
    inventory = _with_releases(_with_untold(inventory, session, remembered), session)
    case = Case(
        ACCOUNT,
        session.stack.owner if has_stack else None,
        live,
        frozenset(session.desired),
        _marks(),
        remembered,
        _sent(session),
        _left(session, live, replace(known, documents=inventory.documents)),
        has_threads=_has_threads(session),
    )
    judged = judge(inventory, case)
    context = session.context
    survey = Survey(
        tuple(sorted(judged, key=lambda one: (_place(one.kind), one.id))),
        (*told, *live.diagnostics, *_unread(inventory)),
        taken_at=inventory.read_at,
        prices_of=PRICES.day,
        host=context.host,
        project=context.project,
        owner=str(session.stack.owner) if has_stack else "",
    )
    return Surveyed(session, survey, inventory, live, remembered)


def _with_releases(inventory: Inventory, session: Session) -> Inventory:
    """Return the inventory with the releases that other targets of the Stack keep for this account."""
    if RELEASE in session.options.without:
        return inventory
    found = releases_elsewhere(session)
    history = {f"{name} elsewhere": rows for name, rows in found.bystanders.items()}
    return replace(
        inventory,
        history={**inventory.history, **history},
        unread={**inventory.unread, **found.unread},
    )


def _has_threads(session: Session) -> bool:
    """Return true if applications use threads on this runtime, which no API lists."""
    starting = ACCOUNT.listables[ACCOUNT.starts_threads].collection
    return any(one.collection == starting for one in session.runtime.bindings.values())


def _place(noun: str) -> int:
    """Return the position of a collection in the order of the report, by the noun of its objects."""
    return list(ACCOUNT.listables).index(noun)


def _dropped(session: Session) -> Iterator[str]:
    """Yield the nouns of collections that are not listed: dropped ones, and releases without a registry.

    A kind that the runtime lacks is listed even if it is in `drop`: it is there because of the
    manifests, and the account may still have objects of it.
    """
    dropped = {kind for kind in session.runtime.bindings if kind in session.stack.target.drop}
    for noun, one in ACCOUNT.listables.items():
        kind, _ = binding_of(one, session.runtime)
        is_elsewhere = one.is_published and not session.stack.target.publishes
        if kind in dropped or is_elsewhere or noun in session.options.without:
            yield noun


def _marks() -> dict[str, Reader | None]:
    """Return the function that reads marks, by noun; None for objects without marks."""
    bindings = {noun: marked_by(one) for noun, one in ACCOUNT.listables.items()}
    return {
        noun: binding.mark_of if binding and binding.mark_location else None
        for noun, binding in bindings.items()
    }


def _sent(session: Session) -> frozenset[tuple[str, int]]:
    """Return the names and sizes of the files that an apply of these manifests would upload.

    Empty if names are marked: then the name alone proves who owns a file.
    """
    if session.stack.file_names == "marked":
        return frozenset()
    return frozenset(
        (document.name, document.size)
        for resource in session.desired.values()
        for document in resource.documents.values()
    )


def _left(session: Session, live: Live, inventory: Inventory) -> frozenset[str]:
    """Return the ids of the files that the marks of this stack's candidates name.

    Candidates are the assistants that `test` creates. A test that was killed leaves them and their
    files, and no ledger has the ids.
    """
    owners = [one for one in live.others if one.candidate_of == session.stack.owner]
    found = [classify(inventory, session.runtime.bindings, one, {}) for one in owners]
    things = [thing for one in found for thing in one.ours if thing.proven]
    documents = (d for one in things for d in (*one.documents.values(), *one.surplus_documents))
    return frozenset(document.file_id for document in documents)


def _tracked(session: Session, tracked: Sequence[Tracked]) -> dict[str, list[str]]:
    """Return the ids of the tracked objects that are read one by one, by noun."""
    found: dict[str, list[str]] = {}
    for one in tracked[: session.stack.guards.max_reads]:
        if one.kind in ACCOUNT.listables:
            found.setdefault(one.kind, []).append(one.id)
    return found


def _with_untold(inventory: Inventory, session: Session, remembered: Remembered) -> Inventory:
    """Return the inventory with a note about tracked objects that were too many to read."""
    tracked, most = remembered.tracked, session.stack.guards.max_reads
    kinds = {one.kind for one in tracked[most:]}
    kinds |= set(TrackedKind) if remembered.has_more_tracked else set()
    more = "more than " if remembered.has_more_tracked else ""
    detail = f"{most} of {more}{len(tracked)} were read. guards.max_reads in the Stack bounds them."
    notes = {kind: warning(codes.TRACKED_NOT_READ, detail, subject=kind) for kind in sorted(kinds)}
    return replace(inventory, unread={**inventory.unread, **notes}) if notes else inventory


def _unread(inventory: Inventory) -> Iterator[Diagnostic]:
    """Yield diagnostics about the collections that could not be read."""
    for noun, why in inventory.unread.items():
        if why.severity is Severity.WARNING:
            yield why
        elif why.code != NO_SUCH_API:
            way = f"If you are sure that the account has no such object, add --without {noun}."
            detail = f"{why.summary}: {why.detail}\n{way}"
            yield Diagnostic(codes.LIST_NOT_READ, detail, subject=noun)
