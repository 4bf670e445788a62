"""Values that no server shows are never called equal. A moment shows whether their object changed."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.engine.baseline import MOMENT
from provisioner.engine.both_sides import tracked_fields_of
from provisioner.engine.marks import make_mark
from provisioner.engine.tracked_fields import NOT_ECHOED
from provisioner.engine.unshown import changed_since, moment_of, unshown
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import tracked_key
from provisioner.model.plan import Reason
from provisioner.model.remote import RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.value import MissingSecret, Reference, Sensitive
from provisioner.runtimes import RUNTIMES
from tests.engine.build import OWNER

BINDINGS = RUNTIMES["agents"].bindings
DEPOT = Resource(
    Address("credential", "depot"),
    {
        "vault": Reference(Address("vault", "shop")),
        "name": "depot",
        "type": "static_bearer",
        "mcp_server_url": "https://mcp.example.com/x",
        "token_env": Sensitive("secret", "DEPOT"),
    },
)
DESK = Resource(Address("environment_template", "desk"), {"name": "desk", "env": {"A": "1"}})


def live(
    resource: Resource, *, created: float = 100, updated: float = 100, last: float = 0
) -> RemoteObject:
    """The object as it was made, or as it was left by our write at the moment `last`."""
    kind, binding = KINDS[resource.address.kind], BINDINGS[resource.address.kind]
    mark = make_mark(resource, kind, binding, OWNER)
    if last:
        entry = moment_of({"updated_at": last})
        assert entry
        mark = replace(mark, applied={**mark.applied, tracked_key(MOMENT): entry})
    shown = {k: v for k, v in resource.spec.items() if k not in binding.fields.not_echoed}
    return RemoteObject(
        kind.name, "id", "x", shown, mark=mark, metadata=mark.to_metadata(),
        created_at=created, updated_at=updated,
    )  # fmt: skip


def cause(resource: Resource, there: RemoteObject, path: str) -> tuple[Any, Reason | None]:
    kind, binding = KINDS[there.kind], BINDINGS[there.kind]
    tracked_fields = {
        tracked.path: tracked
        for tracked in tracked_fields_of(resource, there, kind, binding, OWNER)
    }
    return tracked_fields[path].live, tracked_fields[path].cause


@pytest.mark.parametrize(("resource", "path"), [(DEPOT, "token_env"), (DESK, "env")])
@pytest.mark.parametrize(
    ("moments", "changed"),
    [
        ({}, False),
        ({"updated": 160}, True),
        ({"updated": 160, "last": 160}, False),
        ({"updated": 101}, False),
        ({"updated": 161, "last": 160}, False),
        ({"updated": 162, "last": 160}, True),
        ({"updated": 190, "last": 160}, True),
        ({"updated": 0}, None),
    ],
)
def test_an_object_that_was_changed_since_our_last_write(
    resource: Resource, path: str, moments: dict[str, float], *, changed: bool | None
) -> None:
    there = live(resource, **moments)
    kind, binding = KINDS[there.kind], BINDINGS[there.kind]

    shown, why = cause(resource, there, path)

    assert changed_since(there) is changed
    assert [(u.path, u.changed) for u in unshown(resource, there, kind, binding)] == [
        (path, changed)
    ]
    assert why is (Reason.DRIFT if changed else None)
    assert shown == NOT_ECHOED or changed


def test_a_mark_that_says_no_moment_claims_nothing() -> None:
    there = live(DEPOT, updated=160)
    assert there.mark
    applied = {k: v for k, v in there.mark.applied.items() if k != tracked_key(MOMENT)}

    assert changed_since(replace(there, mark=replace(there.mark, applied=applied))) is None


def test_tokens_that_the_server_refreshes_by_itself_say_nothing() -> None:
    oauth = Resource(DEPOT.address, {**DEPOT.spec, "type": "mcp_oauth"})

    assert changed_since(live(oauth, updated=160)) is None


def test_a_secret_that_is_not_here_is_listed_and_not_compared() -> None:
    withheld = Resource(DEPOT.address, {**DEPOT.spec, "token_env": MissingSecret("DEPOT")})
    there = live(DEPOT, updated=160)
    kind, binding = KINDS["credential"], BINDINGS["credential"]

    assert [u.changed for u in unshown(withheld, there, kind, binding)] == [True]
    assert "token_env" not in {
        u.path for u in tracked_fields_of(withheld, there, kind, binding, OWNER)
    }
