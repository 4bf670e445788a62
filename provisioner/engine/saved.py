"""Writes and reads the plan files that `plan --out` saves and `apply FILE` performs.

A plan file names its Stack and target. For each change it has the desired spec and the live side
from which the plan was made. It contains no URL, no key, and no name of a key: `apply` connects
with the settings of the Stack on disk. `apply` makes a new plan from the desired specs of the file
and refuses the file if the new plan differs. A secret is restored only at the address and path
where the manifests on disk have it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from provisioner.engine.documents import content_of
from provisioner.engine.records import from_record, to_record
from provisioner.engine.sealing import COMMON_SALT, LONG, MASKED, Secrets, declared, sealed, written
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.hints import hint
from provisioner.model.mark import tracked_key
from provisioner.model.plan import Action, Change, Exact, Plan
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Desired, Resource
from provisioner.model.schemas import NOWHERE, Schemas
from provisioner.model.value import (
    canonical,
    digest,
    is_sensitive,
    walk,
)

VERSION = 2
ABSENT = "absent"
"""The text that a plan file has in place of a live object, or of a mark, that does not exist."""


def to_document(
    plan: Plan, salt: str, settings: str | None = "", shown: str = ""
) -> dict[str, Any]:
    """Return the part of a plan file that `apply` reads, as JSON data.

    `salt` is a random text, made for this file. `settings` is the text of all settings that decide
    where the target leads; the file holds only its seal. `shown` is the digest of the text that
    reviewers read. If `settings` is None, the result has no seal, and only a digest is made of it.
    """
    body = {
        "version": VERSION,
        "verb": plan.verb,
        "arguments": dict(plan.arguments),
        "salt": salt,
        "shown": shown,
        "root": plan.root,
        "stack": plan.stack,
        "environment": plan.environment,
        "target": plan.target,
        "settings": "" if settings is None else sealed(settings, salt),
        "unchanged": plan.unchanged,
        "pinned": {str(address): id for address, id in sorted(plan.pinned.items())},
        "schemas": {kind: [*map(list, inner.patterns)] for kind, inner in plan.schemas.items()},
        "changes": [_change(change, salt) for change in plan.changes],
    }
    return {**body, "digest": body_digest(body)}


def body_digest(body: Mapping[str, Any]) -> str:
    """Return the digest of a plan file's content, without the digest itself.

    Each change is written in canonical form, in which the order of properties counts.
    """
    changes = [canonical(row, _schemas_in(body, row)) for row in body["changes"]]
    return digest({**body, "changes": changes}, LONG)


def _schemas_in(body: Mapping[str, Any], row: Mapping[str, Any]) -> Schemas:
    """Return the places where JSON Schemas begin in one change of a plan file."""
    inner = schemas_of(body).get(Address.parse(row["address"]).kind, NOWHERE)
    return Schemas(
        tuple((side, "spec", *keys) for side in ("desired", "live") for keys in inner.patterns)
    )


def schemas_of(body: Mapping[str, Any]) -> dict[str, Schemas]:
    """Return the places where JSON Schemas begin in the specs of a plan file, by kind."""
    return {kind: Schemas(tuple(map(tuple, keys))) for kind, keys in body["schemas"].items()}


def plan_digest(plan: Plan, settings: str = "") -> str:
    """Return the digest of a plan's changes and of the live side that it was made against.

    Two plans with the same digest make the same changes to the same objects. The folder in which a
    plan was made, the lines at which resources are declared, and the number of unchanged objects are
    left out. So the digest is the same on every machine, and it stays the same when something is
    declared or applied beside what the plan touches. The digest of a plan without changes leaves out
    the settings: such a plan does nothing on any target, and the seal of the settings takes 0.05 s.
    """
    named = settings if plan.changes else None
    placeless = (
        replace(c, desired=c.desired and replace(c.desired, origin=None)) for c in plan.changes
    )
    nowhere = replace(plan, root="", unchanged=0, changes=tuple(placeless))
    body = to_document(nowhere, COMMON_SALT, named)
    return body_digest({key: value for key, value in body.items() if key != "digest"})


@frozen
class Saved:
    """The content of a plan file. `work` has (address, action, live id) of each change, in order.

    `live` has the fingerprint of each object that a change concerns, by address and id. `created`
    are the addresses of the objects that do not exist yet. `resend` are those of the objects that
    are sent again even if they do not differ.

    For a local file in `desired`, the plan file has only a digest of the content. Its size and
    bytes are read from the disk, where the content must have the same digest.
    """

    salt: str
    root: str
    stack: str
    environment: str
    target: str
    verb: str
    settings: str
    unchanged: int
    pinned: Mapping[Address, str]
    desired: Mapping[Address, Resource]
    work: tuple[tuple[str, str, str], ...]
    live: Mapping[tuple[Address, str], Mapping[str, Any]]
    created: tuple[Address, ...]
    schemas: Mapping[str, Schemas]
    resend: tuple[Address, ...] = ()


def check_whole(data: Mapping[str, Any]) -> None:
    """Raise PlanRefused for a plan file of another version, or one that was changed or cut short."""
    # The version is judged first: the digest of another version may cover other parts.
    if data.get("version") != VERSION:
        raise PlanRefused(
            Diagnostic(
                codes.EARLIER_PLAN,
                f"The file has version {data.get('version')}, and this program reads version "
                f"{VERSION}. Nothing was changed. Make a new plan: "
                f"{hint('plan', '--out', 'FILE')}.",
            )
        )
    body = {key: value for key, value in data.items() if key != "digest"}
    try:
        is_whole = data.get("digest") == body_digest(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanRefused(_broken(f"it cannot be read ({error})")) from error
    if not is_whole:
        raise PlanRefused(_broken("its digest does not fit its content"))


def from_document(data: Mapping[str, Any], held: Desired) -> Saved:
    """Read a plan file. `held` are the resources of the manifests on disk, secrets included.

    Raises PlanRefused for a file that was changed or cut short, or if the manifests do not have its
    secrets at the same address and path.
    """
    try:
        check_whole(data)
        salt = str(data["salt"])
        rows = [(Address.parse(row["address"]), row) for row in data["changes"]]
        return Saved(
            salt=salt,
            root=data["root"],
            stack=data["stack"],
            environment=data["environment"],
            target=data["target"],
            verb=data["verb"],
            settings=data["settings"],
            unchanged=data["unchanged"],
            pinned={Address.parse(key): id for key, id in data["pinned"].items()},
            desired={a: _resource(a, r, held.get(a), salt) for a, r in rows if r["desired"]},
            work=tuple((str(a), r["action"], _id(r["live"])) for a, r in rows),
            live={(a, r["live"]["id"]): r["live"] for a, r in rows if r["live"] != ABSENT},
            created=tuple(a for a, r in rows if r["live"] == ABSENT),
            schemas=schemas_of(data),
            resend=tuple(a for a, r in rows if r.get("again")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanRefused(_broken(f"it cannot be read ({error})")) from error


def fingerprint(
    live: RemoteObject, salt: str, desired: Resource | None = None, *, hidden: bool = False
) -> dict[str, Any]:
    """Return a live object as JSON data for a plan file.

    Sensitive values are replaced by digests. If `hidden` is true, all values are.
    """
    mark = live.mark
    spec = {
        name: {MASKED: sealed(canonical(value), salt)}
        if hidden or _is_masked(name, value, live, desired)
        else value
        for name, value in sorted(live.spec.items())
    }
    return {
        "id": live.id,
        "spec": walk(spec, partial(written, salt)),
        "mark": digest(mark.to_metadata(), LONG) if mark else ABSENT,
        "documents": content_of(live),
        "expired": live.expired,
    }


def _is_masked(name: str, value: Any, live: RemoteObject, desired: Resource | None) -> bool:
    """Return true if a field is secret on either side. A split field is masked as a whole."""
    if desired is not None and is_sensitive(desired.spec.get(name)):
        return True
    applied = live.mark.applied if live.mark else {}
    secrets = {key for key, tracked in applied.items() if tracked.sensitive}
    items = value if isinstance(value, Mapping) else {}
    tracked_fields = [name]
    # A live object does not say how its kind writes paths, so both ways are tried.
    for keyed in ((), ((name,),)):
        tracked_fields += [paths.render((name, str(key)), keyed) for key in items]
    return any(tracked_key(tracked) in secrets for tracked in tracked_fields)


def _change(change: Change, salt: str) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "action": change.action.word,
        "reason": change.reason.value,
        **({"again": True} if change.resend else {}),
        "desired": to_record(change.desired, partial(declared, salt)) if change.desired else None,
        "live": _live(change, salt),
        **(_exact(change.exact) if change.exact else {}),
    }


def _exact(exact: Exact) -> dict[str, Any]:
    """Return the mark and the copied release of a change that follows no manifest, as JSON data."""
    published = exact.copy_of.published if exact.copy_of else None
    copies = {"copies": [published.number, published.digest]} if published else {}
    return {"writes": digest(exact.mark.to_metadata(), LONG), **copies}


def _live(change: Change, salt: str) -> dict[str, Any] | str:
    """Return the live side of a change as JSON data.

    An object that is adopted still belongs to somebody else, so its values are hidden.
    """
    if change.live is None:
        return ABSENT
    exact, desired = change.exact, change.desired
    is_adopted = exact is not None and exact.copy_of is None and desired is None
    return fingerprint(change.live, salt, change.desired, hidden=is_adopted)


def _resource(
    address: Address, row: Mapping[str, Any], held: Resource | None, salt: str
) -> Resource:
    # A secret that was not set when the plan was made is needed only if the change makes an object.
    makes = row["live"] == ABSENT or row["action"] == Action.REPLACE.word or row.get("again")
    secrets = Secrets(address, salt, gives_missing=bool(makes))
    return from_record(address, row["desired"], held, secrets)


def _id(live: Any) -> str:
    return "" if live == ABSENT else str(live["id"])


def _broken(why: str) -> Diagnostic:
    return Diagnostic(
        codes.BROKEN_PLAN,
        f"The file was changed, cut short or written by another version: {why}. Nothing was "
        f"changed. Make a new plan: {hint('plan', '--out', 'FILE')}.",
    )
