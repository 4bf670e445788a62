"""A saved plan: enough to do exactly what was reviewed, and to notice that something moved.

It holds no URL, no key and no name of one. It says which Stack and target it is for, what each
change wants, and what the live side was when it was made. It gives no orders: `apply` connects from
the Stack on disk, makes the plan anew from what the file wants, and refuses if that comes out
different.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from provisioner.engine.documents import content_of
from provisioner.engine.edits import MASKED, edits
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.errors import PlanRefused
from provisioner.model.mark import unit_key
from provisioner.model.plan import Action, Change, Plan
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Document, Lifecycle, Resource
from provisioner.model.value import (
    Content,
    Reference,
    RemoteId,
    Sensitive,
    Withheld,
    canonical,
    digest,
    is_sensitive,
    walk,
)

VERSION = 1
ABSENT = "absent"
REF = "provisioner:ref"
CONTENT = "provisioner:content"
WITHHELD = "provisioner:env"
LONG = 22
"""Characters of a digest that has to hold against more than accident (132 bits)."""
COST = {"n": 2**14, "r": 8, "p": 1}
"""What it takes to try one guess at a secret: some 16 MiB, and a few hundredths of a second."""


@lru_cache(maxsize=1024)
def sealed(secret: str) -> str:
    """What a plan file holds in the place of a secret: dear to guess, for a plan passes many hands."""
    raw = hashlib.scrypt(
        secret.encode("utf-8", "surrogatepass"), salt=b"provisioner", dklen=32, **COST
    )
    return base64.urlsafe_b64encode(raw)[:LONG].decode()


def to_document(plan: Plan) -> dict[str, Any]:
    """The part of a plan file that `apply` reads, as JSON data."""
    body = {
        "version": VERSION,
        "root": plan.root,
        "stack": plan.stack,
        "environment": plan.environment,
        "target": plan.target,
        "settings": plan.settings_digest,
        "unchanged": plan.unchanged,
        "pinned": {str(address): id for address, id in sorted(plan.pinned.items())},
        "changes": [_change(change) for change in plan.changes],
    }
    return {**body, "digest": digest(body, LONG)}


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan file, read. `work` is (address, action, live id) per change, in order."""

    root: str
    stack: str
    environment: str
    target: str
    settings_digest: str
    unchanged: int
    pinned: Mapping[Address, str]
    desired: Mapping[Address, Resource]
    work: tuple[tuple[str, str, str], ...]
    live: Mapping[tuple[Address, str], Mapping[str, Any]]
    created: tuple[Address, ...]
    again: tuple[Address, ...] = ()


def from_document(data: Mapping[str, Any], secrets: Mapping[str, str]) -> Saved:
    """Read a plan file. `secrets` finds a sensitive string by its digest, or by its variable's name.

    Raises PlanRefused for a file that is not whole, or whose secrets have changed.
    """
    try:
        body = {key: value for key, value in data.items() if key != "digest"}
        if data.get("version") != VERSION or data.get("digest") != digest(body, LONG):
            raise PlanRefused(_broken("its digest does not fit its content"))
        rows = [(Address.parse(row["address"]), row) for row in data["changes"]]
        return Saved(
            root=data["root"],
            stack=data["stack"],
            environment=data["environment"],
            target=data["target"],
            settings_digest=data["settings"],
            unchanged=data["unchanged"],
            pinned={Address.parse(key): id for key, id in data["pinned"].items()},
            desired={a: _resource(a, r, secrets) for a, r in rows if r["desired"]},
            work=tuple((str(a), r["action"], _id(r["live"])) for a, r in rows),
            live={(a, r["live"]["id"]): r["live"] for a, r in rows if r["live"] != ABSENT},
            created=tuple(a for a, r in rows if r["live"] == ABSENT),
            again=tuple(a for a, r in rows if r.get("again")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanRefused(_broken(f"it cannot be read ({error})")) from error


def moved(saved: Saved, live: Live) -> list[Diagnostic]:
    """Everything that is no longer as it was when the plan was made, with the edit."""
    objects = {(a, found.id): found for a, found in live.objects.items()}
    objects |= {(found.address, found.id): found for found in live.surplus if found.address}
    found = [
        Diagnostic(
            codes.EXISTS_NOW,
            "It was absent when this plan was made. Plan again.",
            subject=str(address),
        )
        for address in saved.created
        if address in live.objects
    ]
    for key, before in saved.live.items():
        now = objects.get(key)
        desired = saved.desired.get(key[0])
        found += edits(key[0], before, fingerprint(now, desired) if now else None)
    for address, id in saved.pinned.items():
        if address not in live.objects or live.objects[address].id != id:
            found.append(
                Diagnostic(codes.OTHER_ID, f"It was {id}. Plan again.", subject=str(address))
            )
    return found


def fingerprint(live: RemoteObject, desired: Resource | None = None) -> dict[str, Any]:
    """A live object as a plan remembers it: JSON data, what is sensitive as a digest."""
    mark = live.mark
    spec = {
        name: {MASKED: sealed(canonical(value))}
        if _is_masked(name, value, live, desired)
        else value
        for name, value in sorted(live.spec.items())
    }
    return {
        "id": live.id,
        "spec": walk(spec, _leaf),
        "mark": digest(mark.to_metadata(), LONG) if mark else ABSENT,
        "documents": content_of(live),
        "expired": live.expired,
    }


def _is_masked(name: str, value: Any, live: RemoteObject, desired: Resource | None) -> bool:
    """Whether a field is secret on either side. A split field is masked as a whole."""
    if desired is not None and is_sensitive(desired.spec.get(name)):
        return True
    applied = live.mark.applied if live.mark else {}
    secrets = {key for key, unit in applied.items() if unit.sensitive}
    items = value if isinstance(value, Mapping) else {}
    units = [name]
    for keyed in ((), ((name,),)):
        units += [paths.render((name, str(key)), keyed) for key in items]
    return any(unit_key(unit) in secrets for unit in units)


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "action": change.action.word,
        "reason": change.reason.value,
        **({"again": True} if change.again else {}),
        "desired": _desired(change.desired) if change.desired else None,
        "live": fingerprint(change.live, change.desired) if change.live else ABSENT,
    }


def _desired(resource: Resource) -> dict[str, Any]:
    return {
        "spec": walk(resource.spec, _leaf),
        "lifecycle": {
            "prevent_destroy": resource.lifecycle.prevent_destroy,
            "ignore_changes": list(resource.lifecycle.ignore_changes),
        },
        "documents": [
            {
                "path": doc.path,
                "sha256": doc.sha256,
                "size": doc.size,
                "attributes": walk(doc.attributes, _leaf),
                "source": str(doc.source) if doc.source else None,
            }
            for doc in resource.documents.values()
        ],
        "origin": [resource.origin.file, resource.origin.line, resource.origin.column]
        if resource.origin
        else None,
    }


def _resource(address: Address, row: Mapping[str, Any], secrets: Mapping[str, str]) -> Resource:
    data = row["desired"]
    if row["live"] != ABSENT and row["action"] != Action.REPLACE.word and not row.get("again"):
        # What is live needs no secret, and the plan showed none of it.
        secrets = {key: secret for key, secret in secrets.items() if key == sealed(secret)}
    documents = [
        Document(
            path=row["path"],
            sha256=row["sha256"],
            size=row["size"],
            attributes=_restore(row["attributes"], secrets),
            source=Address.parse(row["source"]) if row["source"] else None,
        )
        for row in data["documents"]
    ]
    lifecycle = data["lifecycle"]
    return Resource(
        address,
        _restore(data["spec"], secrets),
        Lifecycle(lifecycle["prevent_destroy"], tuple(lifecycle["ignore_changes"])),
        documents={document.path: document for document in documents},
        origin=Position(*data["origin"]) if data["origin"] else None,
    )


def _leaf(leaf: Any) -> Any:
    match leaf:
        case Reference(address):
            return {REF: str(address)}
        case RemoteId(id=id):
            return id
        case Sensitive(secret):
            return {MASKED: sealed(secret)}
        case Withheld(variable):
            return {WITHHELD: variable}
        case Content(path, sha256, size, base64=base64):
            return {CONTENT: [path, sha256, size, base64]}
        case _:
            return leaf


def _restore(value: Any, secrets: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        key = next(iter(value), "")
        if len(value) == 1 and key in _SPELLED:
            return _SPELLED[key](value[key], secrets)
        return {key: _restore(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_restore(item, secrets) for item in value]
    return value


def _content(saved: list[Any], _secrets: Mapping[str, str]) -> Content:
    path, sha256, size, base64 = saved
    return Content(path, sha256, size, base64=base64)


def _withheld(variable: str, secrets: Mapping[str, str]) -> Sensitive | Withheld:
    """A secret that was not there when the plan was made may be there now."""
    known = secrets.get(variable)
    return Withheld(variable) if known is None else Sensitive(known, variable)


def _secret(wanted: str, secrets: Mapping[str, str]) -> Sensitive:
    if wanted not in secrets:
        raise PlanRefused(
            Diagnostic(
                codes.SENSITIVE_CHANGED,
                "A plan keeps only its digest, so the same variables must be given to apply. Pass "
                "them again, or plan again.",
            )
        )
    return Sensitive(secrets[wanted])


_SPELLED: Mapping[str, Callable[[Any, Mapping[str, str]], Any]] = {
    REF: lambda name, _: Reference(Address.parse(name)),
    MASKED: _secret,
    WITHHELD: _withheld,
    CONTENT: _content,
}
"""How a leaf that JSON has no word for is read back, by its one key."""


def _id(live: Any) -> str:
    return "" if live == ABSENT else str(live["id"])


def _broken(why: str) -> Diagnostic:
    return Diagnostic(
        codes.BROKEN_PLAN,
        f"It was changed, cut short or written by another version: {why}. Nothing was changed. "
        "Make a new one with plan --out.",
    )
