"""`--replace ADDRESS`: one object is sent once more, whatever the comparison says."""

from __future__ import annotations

import json
from typing import Any

from provisioner.engine.plan import PlanContext, make_plan
from provisioner.engine.saved import from_document, to_document
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.model.plan import Plan
from provisioner.model.resource import Lifecycle, Resource
from provisioner.model.value import MissingSecret, Reference, Sensitive
from provisioner.runtimes import RUNTIMES
from tests.engine.build import (
    LIBRARY,
    OWNER,
    QA,
    SEARCH,
    STACK,
    applied,
    assistant,
    desired,
    document,
    edited,
    file,
    live,
    plan,
    store,
)

VAULT, TOKEN = Address("vault", "shop"), Address("credential", "depot")


def again(*addresses: Address, **others: Any) -> Overrides:
    return Overrides(replace=addresses, **others)


def work(found: Plan) -> list[str]:
    return [f"{c.action.word} {c.address}" for c in found.changes]


class TestAReplaceThatIsAskedFor:
    def test_makes_a_new_one_and_points_everybody_to_it(self) -> None:
        user, shelf = assistant(tools={"file_search": SEARCH}), store(document("a.md"))
        there = live(applied(user), applied(shelf))
        assert work(plan(desired(user, shelf), there)) == []

        found = plan(desired(user, shelf), there, overrides=again(LIBRARY))

        assert work(found) == ["update assistant.qa", "replace vector_store.library"]
        assert [f.cause.value for f in found.changes[0].fields] == ["reference"]
        assert found.standing == ()

    def test_takes_the_changes_along(self) -> None:
        found = plan(
            desired(assistant(temperature=0.2)), live(applied(assistant())), overrides=again(QA)
        )

        assert work(found) == ["replace assistant.qa"]
        assert [f.path for f in found.changes[0].fields] == ["temperature"]

    def test_does_not_lift_the_protection(self) -> None:
        guarded = assistant(lifecycle=Lifecycle(prevent_destroy=True))

        found = plan(desired(guarded), live(applied(guarded)), overrides=again(QA))

        assert [d.code.name for d in found.refusals] == ["protected"]

    def test_does_not_overwrite_drift_that_nobody_agreed_to(self) -> None:
        user = assistant(instructions="ours")
        there = live(edited(applied(user), instructions="theirs"))

        found = plan(desired(user), there, overrides=again(QA))

        assert [d.code.name for d in found.refusals] == ["drift"]
        agreed = again(QA, overwrite_drift=True)
        assert plan(desired(user), there, overrides=agreed).refusals == ()

    def test_of_what_is_not_there_is_an_error(self) -> None:
        other = Address("assistant", "other")

        found = plan(desired(assistant()), live(), overrides=again(QA, other))

        assert [(d.code.name, d.subject) for d in found.standing] == [
            ("not-replaceable", "assistant.other"),
            ("not-replaceable", "assistant.qa"),
        ]

    def test_of_a_file_is_an_error(self) -> None:
        table = file("table")
        user = assistant(
            tools={
                "code_interpreter": {
                    "type": "code_interpreter",
                    "files": {"table": Reference(table.address)},
                }
            }
        )

        found = plan(
            desired(user, table),
            live(applied(user), applied(table)),
            overrides=again(table.address),
        )

        assert [d.code.name for d in found.standing] == ["not-replaceable"]


HOSTED = RUNTIMES["agents"].bindings


def credential(secret: Any) -> Resource:
    spec = {
        "vault": Reference(VAULT),
        "name": "depot",
        "type": "static_bearer",
        "mcp_server_url": "https://mcp.example.com/depot",
        "token_env": secret,
    }
    return Resource(TOKEN, spec)


class TestACredential:
    context = PlanContext(STACK, KINDS, HOSTED, settings="settings")

    def planned(self, secret: Any, *addresses: Address) -> Plan:
        from provisioner.engine.marks import make_mark
        from provisioner.model.remote import RemoteObject

        vault, wanted = Resource(VAULT, {"name": "shop"}), credential(secret)
        made = credential(Sensitive("one", "DEPOT"))
        objects = {}
        for resource in (vault, made):
            kind, binding = KINDS[resource.address.kind], HOSTED[resource.address.kind]
            mark = make_mark(resource, kind, binding, OWNER)
            spec = {k: v for k, v in resource.spec.items() if k != "token_env"}
            objects[resource.address] = RemoteObject(
                resource.address.kind,
                f"id-{resource.address.name}",
                resource.address.name,
                spec,
                mark,
                mark.to_metadata(),
            )
        there = live(*objects.values())
        return make_plan(self.context, desired(vault, wanted), there, overrides=again(*addresses))

    def test_that_is_not_shown_is_sent_once_more_by_an_update(self) -> None:
        secret = Sensitive("one", "DEPOT")
        assert work(self.planned(secret)) == []

        found = self.planned(secret, TOKEN)

        assert work(found) == ["update credential.depot"]
        assert [(f.path, f.sensitive) for f in found.changes[0].fields] == [("token_env", True)]
        assert "one" not in str(found.changes[0].fields)

    def test_whose_secret_is_not_here_is_refused(self) -> None:
        found = self.planned(MissingSecret("DEPOT"), TOKEN)

        assert [d.code.name for d in found.refusals] == ["secret-not-set"]

    def test_is_saved_with_the_plan(self) -> None:
        found = self.planned(Sensitive("one", "DEPOT"), TOKEN)
        document = json.loads(json.dumps(to_document(found, "salt")))

        saved = from_document(document, desired(credential(Sensitive("one", "DEPOT"))))

        assert saved.resend == (TOKEN,)
        assert saved.desired[TOKEN].spec["token_env"] == Sensitive("one", "DEPOT")

    def test_goes_alone_and_its_vault_stays(self) -> None:
        found = self.planned(Sensitive("one", "DEPOT"), VAULT)

        assert [(d.code.name, d.subject) for d in found.standing] == [
            ("not-replaceable", "vault.shop")
        ]
