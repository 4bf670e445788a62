"""Judges each object of an account: its owner and its condition.

The judgement begins with the objects that are needed by themselves: what manifests declare, what
applications call by its id, what is running, and what has another owner's mark. Whatever can be
reached from these is in use. Only the others are judged by their own rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioner.engine.file_names import Tag, read_name
from provisioner.engine.references import reached
from provisioner.gc import proofs
from provisioner.gc.case import Case
from provisioner.gc.graph import AccountGraph, Thing, graph_of
from provisioner.gc.prices import bytes_of, memory_price, store_prices
from provisioner.gc.unanswered import Uploading
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.inventory import PARENT, Inventory
from provisioner.model.leaks import Account, Condition, Judgement, Whose
from provisioner.model.provider import Row
from provisioner.model.remote import RemoteObject
from provisioner.model.timestamps import LATEST, seconds

CANDIDATE_SECONDS = 86_400.0
"""The age from which a test candidate is a leak. No test takes a day, so nobody uses it then.

A test candidate is an object that `provisioner test` creates beside the live one, to check it.
"""
MOST_USERS = 3
"""The largest number of users that the judgement of an object in use lists. Some have thousands."""


def judge(inventory: Inventory, case: Case) -> tuple[Judgement, ...]:
    """Return a Judgement of each object of an inventory, files last."""
    graph = graph_of(inventory, case.account, case.marks)
    judging = _Judging(inventory, case, graph)
    return tuple(judging.judgements())


@dataclass(slots=True)
class _Judging:
    """The judgement of one account: what was read, and what follows from it for each object, by id."""

    inventory: Inventory
    case: Case
    graph: AccountGraph
    ours: Mapping[str, RemoteObject] = field(init=False)
    surplus: frozenset[str] = field(init=False)
    declared: frozenset[str] = field(init=False)
    documents: Mapping[str, str] = field(init=False)
    candidates: frozenset[str] = field(init=False)
    ends: Mapping[str, float | None] = field(init=False)
    tags: Mapping[str, Tag] = field(init=False)
    kept: Mapping[str, str] = field(init=False)
    needed: set[str] = field(init=False)
    prices: Mapping[str, float] = field(init=False)
    unread: Mapping[str, Diagnostic] = field(init=False)
    uploading: Uploading = field(init=False)
    threads: bool = field(init=False)
    found: dict[str, Condition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        case, live = self.case, self.case.live
        # An upload that only releases call ours is not proven, so it is judged like anybody's file.
        self.ours = {one.id: one for one in live.ours if one.proven}
        self.surplus = frozenset(one.id for one in live.surplus)
        self.declared = frozenset(
            one.id for address, one in live.objects.items() if address in case.declared
        ) | {one.id for one in live.borrowed.values()}
        self.documents = {
            document.file_id: one.id
            for one in live.ours
            for document in (*one.documents.values(), *one.surplus_documents)
        }
        self.ends = {one.id: one.expires for one in case.remembered.tracked}
        self.tags = dict(self._tags())
        self.candidates = frozenset(t.id for t in self.graph.things if self._is_old_candidate(t))
        self.kept = dict(self._roots())
        edges = {thing.id: thing.names for thing in self.graph.things}
        start = self.kept.keys() | self.graph.named_by_nameless
        self.needed = reached(start, lambda each: edges.get(each, ()))
        stores = (t.row for t in self.graph.things if t.listable.holds)
        self.prices = store_prices(stores, case.prices)
        self.unread = dict(_possible_users(self.inventory, case.account))
        self.uploading = Uploading.of(case.remembered.unanswered, case.sent)
        starts = self.inventory.rows.get(case.account.starts_threads, ())
        self.threads = case.has_threads or bool(starts)

    def judgements(self) -> Iterator[Judgement]:
        # Files come last, because the condition of a file may follow from that of the store that
        # contains it.
        for thing in sorted(self.graph.things, key=lambda thing: thing.listable.is_file):
            condition, proof = self._judged(thing)
            self.found[thing.id] = condition
            yield self._judgement(thing, condition, proof)

    def _roots(self) -> Iterator[tuple[str, str]]:
        """Yield the id of each object that is needed by itself, with a sentence that says why."""
        for thing in self.graph.things:
            if thing.id in self.declared:
                yield thing.id, proofs.declared(self._address(thing))
            elif thing.id in self.ours:
                if self.ours[thing.id].retained:
                    yield thing.id, proofs.RETAINED
            # An old test candidate protects nothing, so it is not a root.
            elif thing.id in self.candidates:
                continue
            elif thing.mark is not None:
                yield thing.id, proofs.elsewhere(str(thing.mark.owner))
            elif self._is_called(thing):
                yield thing.id, proofs.called(thing.noun)

    def _is_old_candidate(self, thing: Thing) -> bool:
        """Return true for a test candidate that a test of this stack made at least a day ago."""
        owner, tag = self.case.owner, self.tags.get(thing.id)
        if owner is None:
            return False
        is_of_mark = thing.mark is not None and thing.mark.owner.candidate_of == owner
        if not is_of_mark and not (tag and tag.candidate_beside(owner)):
            return False
        made = _moment(thing.row.get("created_at"))
        return made is not None and made + CANDIDATE_SECONDS <= self.inventory.read_at

    def _is_called(self, thing: Thing) -> bool:
        """Return true for an object that applications call by its id and that has not ended."""
        one = thing.listable
        return one.is_called and not one.is_over(thing.row) and self._retired(thing) is None

    def _retired(self, thing: Thing) -> float | None:
        """Return the moment at which a tracked object expired, None if it has not expired."""
        end = self.ends.get(thing.id) if thing.listable.is_tracked else None
        return end if end is not None and end <= self.inventory.read_at else None

    def _judged(self, thing: Thing) -> tuple[Condition, str]:
        if thing.id in self.declared:
            return Condition.DECLARED, self.kept[thing.id]
        users = [u for u in self.graph.named_by.get(thing.id, ()) if u.id in self.needed]
        if users:
            return Condition.IN_USE, proofs.in_use(thing, users)
        if thing.id in self.graph.named_by_nameless:
            return Condition.IN_USE, proofs.HELD
        if thing.id in self.kept and (thing.mark is None or self._is_called(thing)):
            return self._called(thing)
        # Whatever could not be read may refer to the object. So an object is called a leak only after
        # this test.
        if (why := self.unread.get(thing.noun)) is not None:
            return Condition.UNKNOWABLE, proofs.unread(why)
        return next(self._own(thing))

    def _called(self, thing: Thing) -> tuple[Condition, str]:
        """Return the condition (in use or idle) and proof of an object that is needed by itself."""
        if thing.mark is None and thing.listable.is_idle(thing.row):
            return Condition.IDLE, proofs.idle(thing)
        return Condition.IN_USE, self.kept[thing.id]

    def _own(self, thing: Thing) -> Iterator[tuple[Condition, str]]:
        """Yield the conditions of an object that nothing needs, each with its proof.

        The first counts.
        """
        one = thing.listable
        if (found := self.ours.get(thing.id)) is not None:
            # A surplus object may also be undeclared. That a newer one has its place says more.
            if thing.id in self.surplus:
                yield Condition.SUPERSEDED, proofs.superseded(found.address)
            yield Condition.ORPHAN, proofs.orphan(found.address)
        if thing.id in self.candidates and not one.is_file:
            yield Condition.EXPIRED, proofs.OLD_CANDIDATE
        if (end := self._retired(thing)) is not None:
            yield Condition.EXPIRED, proofs.retired(end)
        if one.has_expired(thing.row):
            yield Condition.EXPIRED, proofs.expired(thing)
        if one.has_failed(thing.row):
            yield Condition.FAILED, proofs.failed(thing)
        if one.is_empty(thing.row):
            yield Condition.EMPTY, proofs.empty(thing.noun)
        if one.is_file:
            yield from self._file(thing)
        # A called object that has not ended was judged by `_called` already.
        if one.is_called:
            yield Condition.OUTPUT, proofs.ended(thing)
        yield Condition.DANGLING, proofs.dangling(thing)

    def _file(self, thing: Thing) -> Iterator[tuple[Condition, str]]:
        """Yield the conditions of a file that nothing needs, each with its proof.

        The first counts.
        """
        purpose, users = str(thing.row.get("purpose")), self.graph.named_by.get(thing.id, ())
        if purpose in self.case.account.outputs:
            yield Condition.OUTPUT, proofs.output(purpose, users)
        if users:
            yield self._left_with(thing, users)
        if thing.id in self.candidates:
            yield Condition.EXPIRED, proofs.OLD_CANDIDATE_FILE
        if self._is_ours(thing):
            yield Condition.DANGLING, proofs.ours_unused(self._whence(thing))
        # Likeness is no proof of ownership, so it counts only after every proof has failed.
        if (sent := self.uploading.like(thing.row)) is not None:
            yield Condition.UNANSWERED, proofs.unanswered(sent)
        if purpose in self.case.account.held_by_id:
            yield Condition.UNKNOWABLE, proofs.held_by_id(purpose)
        if purpose in self.case.account.held_by_threads and self.threads:
            yield Condition.UNKNOWABLE, proofs.HELD_BY_THREADS

    def _left_with(self, thing: Thing, users: Iterable[Thing]) -> tuple[Condition, str]:
        """Return the condition of a file to which only leaks refer, and its proof.

        A file of ours has the condition of the first of these leaks, if that is an orphan or
        superseded, or if a test candidate attached the file. Any other file is dangling.
        """
        user, *_ = users
        condition = self.found.get(user.id, Condition.DANGLING)
        is_ours = (
            condition in (Condition.ORPHAN, Condition.SUPERSEDED) or thing.id in self.case.left
        )
        if is_ours and self._is_ours(thing):
            return condition, proofs.left_with(user, condition)
        return Condition.DANGLING, proofs.left_with(user, condition)

    def _is_ours(self, thing: Thing) -> bool:
        """Return true if a recorded id, a mark or a marked name proves that we uploaded a file."""
        owner, remembered = str(self.case.owner), self.case.remembered
        if thing.id in self.ours or thing.id in self.documents or thing.id in self.case.left:
            return True
        for known in (remembered.uploaded, remembered.made):
            found = known.get(thing.id)
            # Stacks may share a ledger, so an id in it may be from an upload of another owner.
            if found is not None and found.owner == owner:
                return True
        tag = self.tags.get(thing.id)
        return tag is not None and self.case.owner is not None and tag.is_of(self.case.owner)

    def _tags(self) -> Iterator[tuple[str, Tag]]:
        """Yield the id of each file with a marked name, and the parts of that name."""
        for thing in self.graph.things:
            if thing.listable.is_file:
                tag = read_name(str(thing.row.get("filename") or ""))
                if tag is not None:
                    yield thing.id, tag

    def _whence(self, thing: Thing) -> str:
        if thing.id in self.case.remembered.uploaded or thing.id in self.case.remembered.made:
            return "the ledger has its id from the answer to our own upload"
        return "its name is marked with the digest of our owner"

    def _whose(self, thing: Thing) -> tuple[Whose, str]:
        if thing.id in self.ours or thing.id in self.candidates:
            return Whose.OURS, ""
        # A mark with our own name on an object that is not ours here was copied, or it belongs to
        # another target of this Stack on the same account.
        if thing.mark is not None:
            return Whose.OTHERS, str(thing.mark.owner)
        if thing.listable.is_tracked or (thing.listable.is_file and self._is_ours(thing)):
            return Whose.OURS, ""
        if (tag := self.tags.get(thing.id)) is not None:
            candidate = tag.candidate_beside(self.case.owner) if self.case.owner else None
            return Whose.OTHERS, str(candidate or "a mark in its file name")
        return Whose.NOBODY, ""

    def _address(self, thing: Thing) -> Address | None:
        found = self.ours.get(thing.id)
        return found.address if found else None

    def _judgement(self, thing: Thing, condition: Condition, proof: str) -> Judgement:
        row, (whose, owner) = thing.row, self._whose(thing)
        users = self.graph.named_by.get(thing.id, ())
        # What refers to a candidate decides if it may be deleted, so no user of it is left out.
        shown = users if condition.is_a_class else users[:MOST_USERS]
        one, found = thing.listable, self.ours.get(thing.id)
        is_priced = one.holds or one.memory_field
        return Judgement(
            kind=one.name,
            id=thing.id,
            whose=whose,
            condition=condition,
            proof=proof,
            name=str(row.get("name") or row.get("filename") or ""),
            owner=owner,
            users=tuple(map(str, shown)),
            bytes=bytes_of(row),
            created_at=_moment(row.get("created_at")),
            last_active_at=_moment(row.get("last_active_at") or row.get("updated_at")),
            price_per_day=self._price(thing) if is_priced else None,
            address=found.address if found else None,
            parent=str(row.get(PARENT, "")),
            deletable=one.deletes and whose is not Whose.OTHERS,
            is_over=one.is_over(row),
            metadata=_metadata(row),
        )

    def _price(self, thing: Thing) -> float:
        if thing.listable.holds:
            return self.prices.get(thing.id, 0.0)
        return memory_price(thing.listable, thing.row, self.case.prices)


def _moment(value: Any) -> float | None:
    """Return a time of a row in unix seconds, None if the row does not have it."""
    # Nearly every time of an account is a plain number, and this test is ten times faster than the
    # next.
    if type(value) is int and 0 < value < LATEST:
        return float(value)
    return seconds(value) or None if value is not None else None


def _metadata(row: Row) -> Mapping[str, object]:
    found = row.get("metadata")
    return found if isinstance(found, Mapping) else {}


def _possible_users(inventory: Inventory, account: Account) -> Iterator[tuple[str, Diagnostic]]:
    """Yield the nouns of objects to which something that was not read may refer, with the reason."""
    for noun, why in inventory.unread.items():
        if noun in account.listables:
            for named in account.listables[noun].names:
                yield named, why
            # A list that failed half-way contains only some of its own objects.
            yield noun, why
