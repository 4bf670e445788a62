"""The list of faults: small changes of one file, each of which would harm somebody's objects.

`before` has to stand in the file exactly once. Where the code has moved on, the tool says so, and
the fault is to be made again at the new place.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of one file. `tests` are paths below `tests/`: the room that has to notice."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


FAULTS = (
    # Which objects are ours
    Fault(
        "--select does not restrict orphans",
        "engine/prepare.py",
        "found in live.objects.items() if address in chosen}",
        "found in live.objects.items()}",
        ("engine",),
    ),
    Fault(
        "an object of another owner counts as ours",
        "engine/classify.py",
        "elif one.mark.owner == owner:",
        "elif one.mark.owner.stack == owner.stack:",
        ("engine", "inventory"),
    ),
    Fault(
        "a foreign namesake does not stop a create",
        "engine/guard.py",
        "if change.action is Action.CREATE and change.desired\n        if not any",
        "if change.action is Action.REPLACE and change.desired\n        if not any",
        ("engine",),
    ),
    Fault(
        "a foreign namesake is taken for the object whose create was not answered",
        "apply/objects.py",
        "mine = [r for r in rows if identity(r, binding) == wanted]",
        'mine = [r for r in rows if r.get("name") == body.get("name")]',
        ("apply",),
    ),
    Fault(
        "an object that existed before the create is taken for the new one",
        "apply/objects.py",
        'return next((row for row in mine if str(row["id"]) not in known), None)',
        "return next(iter(mine), None)",
        ("apply",),
    ),
    Fault(
        "after one lost answer every object of the kind is swept",
        "apply/closing.py",
        "if whose[1:] in run.unanswered and ours is not None:",
        "if run.unanswered and ours is not None:",
        ("apply",),
    ),
    Fault(
        "documents of others are detached as ours",
        "engine/live_objects.py",
        'foreign_documents=tuple(str(row["id"]) for row, doc in read if doc is None),',
        "foreign_documents=(),",
        ("engine", "inventory"),
    ),
    Fault(
        "a list that was refused is taken for an empty one",
        "inventory/lists.py",
        "            if kind in declared:\n                raise\n",
        "",
        ("inventory",),
    ),
    # What is deleted, and when
    Fault(
        "who refers to it is not asked in the plan",
        "engine/keeping.py",
        "waiting = [user for user in users if user.id not in going]",
        "waiting: list[_User] = []",
        ("engine",),
    ),
    Fault(
        "foreign objects are not asked what they refer to",
        "engine/keeping.py",
        "    for one in live.foreign:\n        yield _User",
        "    for one in live.foreign[:0]:\n        yield _User",
        ("engine",),
    ),
    Fault(
        "who refers to it is not asked again before the first delete",
        "apply/recheck.py",
        "found.setdefault(id, f\"{name} {called or 'without an id'}\")",
        "pass",
        ("apply",),
    ),
    Fault(
        "a protected object may be deleted",
        "engine/guard.py",
        "if lost and protects and not lifted and change.address not in unprotected:",
        "if lost and protects and not lifted and unprotected:",
        ("engine",),
    ),
    Fault(
        "a failed dependency does not block",
        "apply/perform.py",
        "blockers = sorted({str(key[0]) for key in needs & self.failed})",
        "blockers: list[str] = []",
        ("apply",),
    ),
    Fault(
        "the predecessor of a document is detached before it is completed",
        "apply/documents.py",
        "added = self._add([self.resource.documents[change.path] for change in fresh], used)\n",
        "for one in changes:\n"
        "            if one.action is DocumentAction.REMOVE:\n"
        "                self.run.provider.delete(DOCUMENTS, one.file_id, self.store)\n"
        "        added = self._add([self.resource.documents[change.path] for change in fresh], used)\n",
        ("apply",),
    ),
    Fault(
        "a file that something still names is swept",
        "apply/uploads.py",
        "going = candidates - named - left",
        "going = candidates - left",
        ("apply",),
    ),
    # What counts as the same
    Fault(
        "the newest document counts, completed or not",
        "engine/live_objects.py",
        '(pair[1].status == "completed", seconds(pair[0].get("created_at")))',
        'seconds(pair[0].get("created_at"))',
        ("engine", "inventory"),
    ),
    Fault(
        "the newest generation counts, filled or not",
        "engine/current_objects.py",
        "good = not candidate.expired and (binding.documents is None or is_filled(mark))",
        "good = not candidate.expired",
        ("engine",),
    ),
    Fault(
        "what was sent and not taken counts as drift",
        "engine/tracked_fields.py",
        "manifest_moved = self.applied.refused or not self.comparer.is_recorded(",
        "manifest_moved = not self.comparer.is_recorded(",
        ("engine",),
    ),
    Fault(
        "a routine apply moves the baseline of undeclared values",
        "apply/objects.py",
        "return accepted(sides) if change.accepted else carried_over(sides)",
        "return accepted(sides)",
        ("apply",),
    ),
    Fault(
        "the mark of a skill's default version speaks for all versions",
        "engine/versions.py",
        "    if not ours:\n        return binding.mark_of(row), None\n",
        "    if binding.mark_of(row) or not ours:\n        return binding.mark_of(row), None\n",
        ("engine",),
    ),
    Fault(
        "a mark of version 1 is judged with the digests of today",
        "engine/comparer.py",
        "schemas = self.schemas if self.version >= VERSION else NOWHERE",
        "schemas = self.schemas",
        ("engine",),
    ),
    Fault(
        "a masked view shows what was there before a sensitive value changed",
        "render/masking.py",
        "was = change.was if _says_nothing(change.was) else MASK",
        "was = change.was",
        ("render",),
    ),
    # What is believed
    Fault(
        "the answer to a write is believed",
        "apply/writing.py",
        "if not answer.is_as_sent:\n            row, answer = self._read_again(row, answer)\n        untouched",
        "untouched",
        ("apply",),
    ),
    Fault(
        "the closing look is skipped",
        "apply/closing.py",
        "for kind, parent in sorted(self._places()):",
        "for kind, parent in sorted(self._places())[:0]:",
        ("apply",),
    ),
    Fault(
        "a secret is put wherever a plan file asks for it",
        "engine/sealing.py",
        "if sealed(held.value, self.salt) != wanted:",
        "if not wanted:",
        ("engine",),
    ),
    Fault(
        "a saved plan is applied to an object that has moved",
        "engine/staleness.py",
        "found += changes_since(key[0], before, fingerprinted, schemas)",
        "found += changes_since(key[0], before, before if now else None, schemas)",
        ("engine",),
    ),
    Fault(
        "a plan file that was edited is taken for whole",
        "engine/saved.py",
        'is_whole = data.get("digest") == body_digest(body)',
        'is_whole = bool(data.get("digest"))',
        ("engine",),
    ),
    Fault(
        "the seal of a release is not checked",
        "providers/releases/release.py",
        "if seal and seal != self.seal:",
        "if seal and not self.seal:",
        ("providers/releases",),
    ),
    Fault(
        "apply() of a Python caller ignores refusals",
        "verbs/apply/run.py",
        "    if plan.standing:\n        raise PlanRefused",
        "    if not plan:\n        raise PlanRefused",
        ("verbs",),
    ),
    # Chosen by reading the code alone
    Fault(
        "objects of others count into the share that may be deleted",
        "engine/guard.py",
        "total = len(live.objects)\n    if _exceeds(len(deletes)",
        "total = len(live.objects) + len(live.foreign) + len(live.elsewhere)\n"
        "    if _exceeds(len(deletes)",
        ("engine",),
    ),
    Fault(
        "what is kept does not keep what it refers to itself",
        "engine/keeping.py",
        "if id not in found and id in going:",
        "if id in found and id in going:",
        ("engine",),
    ),
    Fault(
        "versions that others published are pruned",
        "apply/versions.py",
        "        mark is not None\n        and mark.owner == run.owner\n",
        "        mark is None\n        or mark.owner == run.owner\n",
        ("apply",),
    ),
    Fault(
        "a baseline that nobody knows is taken for the live values when a manifest declares one",
        "engine/undeclared.py",
        "is_known = _together(was, sides) == every.got",
        "is_known = bool(every.got)",
        ("engine",),
    ),
    Fault(
        "any refusal after another one is taken for the server's own form",
        "engine/answers.py",
        "return last is not None and last.refused and (last.sent, last.got) == (now.sent, now.got)",
        "return last is not None and last.refused and last.got == now.got",
        ("engine",),
    ),
    Fault(
        "the closing look writes over what another run wrote meanwhile",
        "apply/closing.py",
        "if writing.judge(latest).is_marked:",
        "if latest:",
        ("apply",),
    ),
    Fault(
        "a saved plan refers to an object that has taken the place of the reviewed one",
        "engine/staleness.py",
        "if address not in live.objects or live.objects[address].id != id:",
        "if address not in live.objects:",
        ("engine",),
    ),
    Fault(
        "the tombstone above a release that is spared is pruned, so a deleted assistant is back",
        "providers/releases/registry.py",
        "stay |= {(id, of[0].number) for id, of in by_id(history).items() if id in held}",
        "stay |= {(id, of[0].number) for id, of in by_id(history).items() if not of[0].deleted}",
        ("providers/releases/test_registry.py",),
    ),
    Fault(
        "a File's document that was ingested anew is detached again",
        "apply/documents.py",
        "if c.file_id and c.file_id not in added]",
        "if c.file_id]",
        ("apply",),
    ),
    Fault(
        "what could not be read is called gone",
        "engine/classify.py",
        "        for kind, rows in inventory.rows.items()\n        if kind not in inventory.unread\n",
        "        for kind, rows in inventory.rows.items()\n",
        ("engine", "inventory"),
    ),
    Fault(
        "a create whose answer was lost is sent again blindly",
        "providers/retries.py",
        "lost = repeatable and fault.delivery is Delivery.UNKNOWN",
        "lost = fault.delivery is Delivery.UNKNOWN",
        ("providers/test_retries.py",),
    ),
    Fault(
        "a secret that the manifest no longer has is shown as it is live",
        "render/masking.py",
        'live)).split("\\n"))\n    return MASK',
        'live)).split("\\n"))\n    return live',
        ("render",),
    ),
    Fault(
        "the old object of a replace goes before the new one is filled",
        "engine/order.py",
        "needed = {makes[address]} if address in makes else set()",
        "needed: set[StepKey] = set()",
        ("engine",),
    ),
    Fault(
        "one witness is enough to delete an upload",
        "engine/proof.py",
        "speaker.published.sealed\n            and _says(",
        "speaker.published.sealed\n            or _says(",
        ("engine",),
    ),
    Fault(
        "the live value of a secret item stands in a plan file",
        "engine/saved.py",
        "for keyed in ((), ((name,),)):",
        "for keyed in ((),):",
        ("engine",),
    ),
    Fault(
        "a new store is called filled before its documents are",
        "apply/steps.py",
        "filled=not resource.documents)",
        "filled=True)",
        ("apply",),
    ),
    Fault(
        "a list that failed is taken for an empty one where no manifest declares the kind",
        "inventory/lists.py",
        "        except REFUSALS as error:\n            if kind in declared:",
        "        except ProviderError as error:\n            if kind in declared:",
        ("inventory",),
    ),
    Fault(
        "what stores hold is deleted while the registry that may name them is not there",
        "engine/classify.py",
        "live = live if there else with_everything_retained(live, bindings)",
        "live = live if there or not published.named else with_everything_retained(live, bindings)",
        ("engine", "inventory"),
    ),
    # Leaks
    Fault(
        "what a kept release or a row without an id names is taken for a leak",
        "gc/judge.py",
        "start = self.kept.keys() | self.graph.named_by_nameless",
        "start = self.kept.keys()",
        ("gc",),
    ),
    Fault(
        "what another owner's object names is taken for a leak",
        "gc/judge.py",
        "elif thing.mark is not None:\n                yield",
        "elif thing.mark is not None and thing.listable.is_called:\n                yield",
        ("gc",),
    ),
    Fault(
        "the files of a running batch are taken for leaks",
        "gc/judge.py",
        "return one.is_called and not one.is_over(thing.row)",
        "return one.is_called and one.deletes and not one.is_over(thing.row)",
        ("gc",),
    ),
    Fault(
        "a list that could not be read counts as an empty one",
        "gc/judge.py",
        "if (why := self.unread.get(thing.noun)) is not None:",
        "if (why := self.unread.get(thing.id)) is not None:",
        ("gc",),
    ),
    Fault(
        "a file goes while a store that stays holds it",
        "gc/candidates.py",
        "free = _without_named(chosen, by_name)",
        "free = list(chosen.values())",
        ("gc",),
    ),
    Fault(
        "what carries another owner's mark is deleted",
        "gc/judge.py",
        "deletable=one.deletes and whose is not Whose.OTHERS",
        "deletable=one.deletes",
        ("gc",),
    ),
    Fault(
        "a file whose name carries another owner's mark is nobody's",
        "gc/judge.py",
        "if (tag := self.tags.get(thing.id)) is not None:",
        "if (tag := self.tags.get(thing.id)) is not None and self.case.owner:",
        ("gc",),
    ),
    Fault(
        "a document that a symbolic link leads out of the folder to is uploaded",
        "model/inside.py",
        "if leaves or not real(path).is_relative_to(real(root)):",
        "if leaves or not path.absolute().is_relative_to(root.absolute()):",
        ("apply",),
    ),
    Fault(
        "a document that is not listed yet counts as completed",
        "apply/documents.py",
        'rows.get(id, {}).get("status", PENDING[0]) in PENDING]',
        'id in rows and rows[id].get("status") in PENDING]',
        ("apply",),
    ),
    Fault(
        "a rate limit uses up the tries of a request",
        "providers/retries.py",
        "if fault.delivery is Delivery.THROTTLED:\n                    continue\n                attempt += 1",
        "attempt += 1\n                if fault.delivery is Delivery.THROTTLED and attempt < 5:\n                    continue",
        ("providers/test_retries.py",),
    ),
    # What no API lists
    Fault(
        "a worker writes about a thread that another worker holds",
        "ledger/claims.py",
        "        if mine:\n",
        "        if False:\n",
        ("ledger",),
    ),
    Fault(
        "a thread that a worker holds is claimed by another one",
        "ledger/tracked.py",
        "return sa.or_(tracked.c.free_at.is_(None), tracked.c.free_at <= now)",
        "return sa.or_(tracked.c.free_at.is_(None), tracked.c.free_at <= now + 1e9)",
        ("ledger",),
    ),
    Fault(
        "a thread that is registered again is kept until the earlier end",
        "ledger/tracked.py",
        "(told.expires > tracked.c.expires, told.expires),",
        "(told.expires < tracked.c.expires, told.expires),",
        ("ledger",),
    ),
    Fault(
        "a line of the spool is lost when the file is taken while it is written",
        "ledger/spool.py",
        "                if _is_still_there(file, number):\n",
        "                if file:\n",
        ("ledger",),
    ),
    Fault(
        "the key of another account has threads forgotten",
        "verbs/threads/worker.py",
        "not (self.allows_missing or self._sees_others())",
        "not (self.allows_missing or True)",
        ("stories/test_threads.py",),
    ),
    Fault(
        "a thread that is shown after its delete is called erased",
        "verbs/threads/ending.py",
        "        if verifies and is_there(provider, one):\n",
        "        if verifies and not one.id:\n",
        ("stories/test_threads.py",),
    ),
    Fault(
        "an answer about another thread lets this one be deleted",
        "verbs/threads/ending.py",
        "        if odd := _is_another(row, one):\n",
        "        if odd := str(row.get('error', '')):\n",
        ("stories/test_threads.py",),
    ),
    Fault(
        "an idle session counts as a leak",
        "model/leaks.py",
        "{Condition.DECLARED, Condition.IN_USE, Condition.UNKNOWABLE, Condition.IDLE}",
        "{Condition.DECLARED, Condition.IN_USE, Condition.UNKNOWABLE}",
        ("gc", "stories/test_idle_sessions.py"),
    ),
    # What a ledger keeps of what is deleted
    Fault(
        "a delete leaves no receipt",
        "verbs/apply/guarded.py",
        "receipt = self.journal.begin_delete(self.inner, collection, id, parent)",
        "receipt = None",
        ("stories/test_receipts.py",),
    ),
    Fault(
        "an object that was nobody's gets an address, under which a rollback would make it ours",
        "verbs/apply/receipts.py",
        "or change.address.name == change.live.id",
        "or not change.live.id",
        ("stories/test_receipts.py",),
    ),
    Fault(
        "a credential in a tool stands in a receipt",
        "engine/receipts.py",
        "str(key): _credential(item) if key in CREDENTIALS else _masked(item, secrets, whole)",
        "str(key): _masked(item, secrets, whole)",
        ("engine",),
    ),
    Fault(
        "a field that the mark calls sensitive stands in a receipt",
        "engine/receipts.py",
        "if applied and applied.sensitive:",
        "if applied and not applied.sensitive:",
        ("engine",),
    ),
    Fault(
        "a plan file puts its own words around a secret",
        "engine/sealing.py",
        "if not self.takes_parts or len(secrets) != len(parts) - 1:",
        "if len(secrets) != len(parts) - 1:",
        ("engine",),
    ),
    Fault(
        "a lock is taken from a process that is alive",
        "ledger/leases.py",
        "is_left = bool(machine) and connection.execute(select).scalar() == machine",
        "is_left = bool(machine) and bool(connection.execute(select).scalar())",
        ("ledger",),
    ),
    Fault(
        "an object that still stands is made a second time",
        "engine/restore.py",
        "if receipt.id in self.now.ids:",
        "if not receipt.id:",
        ("engine",),
    ),
)
