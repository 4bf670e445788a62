"""Writes that are answered and not performed, on every runtime: said, never remembered as done."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from provisioner.model.outcome import Status
from provisioner.providers.releases.folder import Folder
from tests.stories import hosted_stacks as hosted
from tests.support.servers import Wrapper
from tests.support.stories import STACK, causes, changes, failures, manifest

if TYPE_CHECKING:
    import pytest
    from werkzeug.wrappers import Request, Response

    from tests.support.stories import World

VERB = re.compile(r"/(pause|resume|versions)$")
OF_ONE = re.compile(r"/[a-z]+_[0-9a-f]+$")


class Idle(Wrapper):
    """Every update, version and switch is answered with the object as it is."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.ignored: list[str] = []

    def answer(self, request: Request) -> Response:
        path = VERB.sub("", request.path)
        if request.method != "POST" or not OF_ONE.search(path):
            return self.forward(request)
        self.ignored.append(request.path)
        request.environ["REQUEST_METHOD"] = "GET"
        return self.forward(request, path=path, data=b"")


def test_no_object_of_agents_is_said_to_be_updated(world: World) -> None:
    hosted.first(world)
    world.converge()
    hosted.updated(world)
    world.app = idle = Idle(world.server)

    report = world.apply()

    told = {str(o.address): o.status for o in report.outcomes}
    assert Status.DONE not in told.values(), told
    assert {address for address, status in told.items() if status is Status.FAILED} >= {
        "skill.refunds",
        "vault.shop",
    }
    assert idle.ignored
    assert causes(world.plan()) <= {"manifest", "reference"}
    world.app = world.server
    world.converge()
    hosted.check(world)


def test_a_switch_that_is_not_thrown_is_said(world: World) -> None:
    hosted.first(world)
    world.converge()
    documents = hosted.documents()
    documents[-1]["spec"]["paused"] = False
    world.write(documents)
    world.app = Idle(world.server)

    report = world.apply()

    assert "paused" in failures(report)
    assert changes(world.plan()) == ["update automation.weekly paused"]
    world.app = world.server
    world.converge()


def test_a_publication_that_is_not_kept_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    responses: dict[str, Any] = {
        **STACK,
        "spec": {
            "default_target": "live",
            "targets": {"live": {"runtime": "responses", "server": "embedded"}},
        },
    }
    world.write(
        [responses, manifest("Assistant", "clerk", model="gpt-6.1-terra", instructions="1")]
    )
    world.converge()
    world.write(
        [responses, manifest("Assistant", "clerk", model="gpt-6.1-terra", instructions="2")]
    )
    monkeypatch.setattr(Folder, "create", lambda _folder, _name, _data: True)

    report = world.apply()

    assert not report.succeeded
    assert causes(world.plan()) == {"manifest"}
    monkeypatch.undo()


def test_where_the_mark_alone_arrives_it_is_the_manifests_change_and_no_drift(world: World) -> None:
    """The mark alone arrives: the next plan calls it the manifest's change, never drift."""

    class MarkAlone(Wrapper):
        def answer(self, request: Request) -> Response:
            of_one = re.search(r"/assistants/[^/]+$", request.path)
            if request.method != "POST" or not of_one:
                return self.forward(request)
            body = {"metadata": request.get_json()["metadata"]}
            return self.forward(request, data=json.dumps(body).encode())

    world.write([STACK, manifest("Assistant", "clerk", model="gpt-4.1", instructions="1")])
    world.converge()
    world.write([STACK, manifest("Assistant", "clerk", model="gpt-4.1", instructions="2")])
    world.app = MarkAlone(world.server)

    report = world.apply()

    assert "instructions is unchanged" in failures(report)
    assert causes(world.plan()) == {"manifest"}
    world.app = world.server
    world.converge()
