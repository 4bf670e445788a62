"""Secrets reach a vault and nothing else: no screen, no file, no database, whatever goes wrong."""

from __future__ import annotations

import base64
import json
import urllib.parse
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from provisioner.cli.root import provisioner
from provisioner.emulator import create_app
from tests.stories.hosted_fields import BEARER, HOSTED, OAUTH, VARIABLE
from tests.support.faults import Fault, Faulty
from tests.support.habits import reply
from tests.support.hosted import account, rows
from tests.support.stories import Refused, changes, failures, manifest, watched, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkzeug.wrappers import Request, Response

    from tests.support.faults import Effect
    from tests.support.stories import World

SECRETS: Final = {
    "BEARER": 'Kx7+/="quoted"-bearer',
    "ACCESS": "Wn3 spaced-access é",
    "REFRESH": "Tq9/slashed\\refresh",
    "CLIENT": "Pz1%40percent-client",
    "VALUE": "hunter2",
}
ROTATED: Final = {name: f"{value}-again" for name, value in SECRETS.items()}
DOCUMENTS: Final = [
    HOSTED,
    manifest("Vault", "shop"),
    BEARER,
    OAUTH,
    VARIABLE,
    manifest("Assistant", "clerk", model="gpt-6.1-terra"),
]


@pytest.fixture
def shop(world: World) -> World:
    """Every type of credential, not applied yet; the account lies in the working directory."""
    world.server = world.app = create_app(world.root / "account.sqlite")
    world.options = replace(world.options, environ=SECRETS)
    world.write(DOCUMENTS)
    return world


class Shell:
    """The command line in the world, and all that it ever printed."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.monkeypatch = world, monkeypatch
        self.printed: list[str] = []
        self.output = ""

    def know(self, secrets: dict[str, str]) -> None:
        for name, value in secrets.items():
            self.monkeypatch.setenv(name, value)

    def run(self, *args: str, code: int = 0) -> str:
        result = CliRunner().invoke(provisioner, args)
        assert result.exit_code == code, result.output
        self.printed.append(result.output)
        self.output = result.stdout
        return result.output

    def everything(self) -> Iterator[tuple[str, bytes]]:
        yield "the screen", "\n".join(self.printed).encode()
        for path in sorted(self.world.root.rglob("*")):
            if path.is_file():
                yield str(path), path.read_bytes()


@pytest.fixture
def shell(shop: World, monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell(shop, monkeypatch)
    made.know(SECRETS)
    return made


def spellings(secret: str) -> set[bytes]:
    """A secret as anybody may have spelled it. Of base64, what does not depend on its neighbours."""
    data = secret.encode()
    encoded = [base64.b64encode(b"\0" * skipped + data)[4:-4] for skipped in range(3)]
    return {
        data,
        *(json.dumps(secret, ensure_ascii=plain)[1:-1].encode() for plain in (True, False)),
        urllib.parse.quote(secret, safe="").encode(),
        urllib.parse.quote_plus(secret).encode(),
        base64.b64encode(data),
        base64.urlsafe_b64encode(data),
        *(part for part in encoded if len(part) > 6),
    }


def assert_nowhere(shell: Shell) -> None:
    for where, data in shell.everything():
        for name, secret in (*SECRETS.items(), *ROTATED.items()):
            found = [spelling for spelling in spellings(secret) if spelling in data]
            assert not found, f"{name} stands in {where}"


def echo(status: int, answer: Callable[[str], Any]) -> Effect:
    """A server that repeats what it was sent."""

    def effect(request: Request, _perform: object) -> Response:
        return reply(answer(request.get_data(as_text=True)), status)

    return effect


def values_of(body: str) -> list[str]:
    """Every text in a body, decoded: as a server may quote one in its message."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict | list):
            for item in value.values() if isinstance(value, dict) else value:
                walk(item)
        elif isinstance(value, str):
            found.append(value)

    walk(json.loads(body))
    return found


ECHOES: Final = {
    "400 with the body": echo(400, lambda body: {"error": {"message": f"Not so: {body}"}}),
    "400 with each value": echo(
        400, lambda body: {"error": {"message": f"Not so: {sorted(values_of(body), key=len)}"}}
    ),
    "500 with the body": echo(500, lambda body: {"error": {"message": body}}),
    "422 with a detail": echo(422, lambda body: {"detail": [{"loc": ["body"], "msg": body}]}),
    "400 in base64": echo(
        400,
        lambda body: {
            "detail": " ".join(base64.b64encode(v.encode()).decode() for v in values_of(body))
        },
    ),
}


def to_credentials(call: Any) -> bool:
    return call.method == "POST" and "/credentials" in call.path


def test_no_command_shows_or_keeps_a_secret(shell: Shell) -> None:
    shell.run("validate")
    shell.run("plan")
    shell.run("plan", "--format", "json", "-vv")
    shell.run("plan", "--out", "plan.json")
    shell.run("apply", "plan.json", "--yes", "-vv")
    assert len(rows(shell.world, "credential")) == 3
    shell.run("show")
    shell.run("show", "--format", "json")
    for name in ("bearer", "oauth", "variable"):
        shell.run("show", f"credential.{name}")
        shell.run("show", f"credential.{name}", "--format", "json")
    shell.run("drift")
    assert "No changes" in shell.run("plan")

    shell.know(ROTATED)
    assert "~ credential.bearer" in shell.run("plan", "--all")
    shell.run("plan", "--format", "json")
    shell.run("show", "credential.oauth", "--format", "json")
    shell.run("plan", "--out", "rotation.json")
    shell.run("apply", "--yes", "--format", "json", "-vv")
    assert "No changes" in shell.run("plan")
    shell.run("apply", "rotation.json", "--yes", code=1)
    shell.run("ask", "credential.bearer", "What is it?", code=1)
    shell.run("destroy", "--yes", "-vv")

    assert account(shell.world) == {}
    assert_nowhere(shell)


@pytest.mark.parametrize("effect", ECHOES.values(), ids=[name.replace(" ", "-") for name in ECHOES])
def test_a_server_that_repeats_what_it_was_sent_makes_no_leak(shell: Shell, effect: Effect) -> None:
    world = shell.world
    for secrets in (SECRETS, ROTATED):
        shell.know(secrets)
        world.app = Faulty(world.server, Fault(to_credentials, effect, times=1000))
        shell.run("apply", "--yes", "--settle", "0.05", "-vv", code=1)
        world.app = Faulty(world.server, Fault(to_credentials, effect, times=1000))
        shell.run("apply", "--yes", "--settle", "0.05", "--format", "json", code=1)
        assert json.loads(shell.output)["summary"]["failed"] == 3
        world.app = world.server
        shell.run("apply", "--yes")

    assert_nowhere(shell)


@pytest.mark.parametrize(
    "edit",
    [
        {"type": "static_bearer", "mcp_server_url": "http://plain.example.com"},
        {"token_env": "BEARER", "access_token_env": "ACCESS"},
        {"token": 'Kx7+/="quoted"-bearer'},
        {"expires_at": "BEARER", "vault": "shp"},
    ],
)  # fmt: skip
def test_a_mistake_in_a_manifest_makes_no_leak(shell: Shell, edit: dict[str, str]) -> None:
    wrong = {**BEARER, "spec": {**BEARER["spec"], **edit}}
    shell.world.write([HOSTED, manifest("Vault", "shop"), wrong])
    # A secret in a manifest stands in a file; it is in no message.
    screen = shell.run("validate", code=1) + shell.run("plan", code=1)

    assert not [s for value in SECRETS.values() for s in spellings(value) if s.decode() in screen]


def unset(*names: str) -> dict[str, str]:
    return {name: value for name, value in SECRETS.items() if name not in names}


def test_without_its_variable_a_new_credential_is_planned_and_warned_of_and_never_half_applied(
    shop: World,
) -> None:
    shop.options = replace(shop.options, environ=unset("ACCESS", "CLIENT"))

    plan = shop.plan()

    assert "create credential.oauth" in changes(plan)
    assert [d.told for d in plan.diagnostics] == [
        "credential.oauth: will need a secret that is not here"
    ]
    faulty = watched(shop)
    with pytest.raises(Refused, match="ACCESS, CLIENT are not set"):
        shop.apply()
    assert writes(faulty) == []


def test_without_its_variable_a_live_credential_stays_as_it_is(shop: World) -> None:
    shop.converge()
    shop.options = replace(shop.options, environ={})
    faulty = watched(shop)

    assert changes(shop.plan()) == []
    assert shop.apply().succeeded
    assert writes(faulty) == []


def test_other_fields_of_a_live_credential_change_without_its_secret(shop: World) -> None:
    shop.converge()
    shop.options = replace(shop.options, environ={})
    edited = {**OAUTH, "spec": {**OAUTH["spec"], "expires_at": "2033-01-01T00:00:00Z"}}
    shop.write([document if document is not OAUTH else edited for document in DOCUMENTS])

    assert changes(shop.plan()) == ["update credential.oauth expires_at"]
    shop.converge()
    shop.options = replace(shop.options, environ=SECRETS)
    assert changes(shop.plan()) == []


def test_a_secret_that_is_not_here_stops_a_credential_from_being_made_anew(shop: World) -> None:
    shop.converge()
    shop.options = replace(shop.options, environ=unset("BEARER"))
    edited = {**BEARER, "spec": {**BEARER["spec"], "mcp_server_url": "https://b.example.com/"}}
    shop.write([document if document is not BEARER else edited for document in DOCUMENTS])
    faulty = watched(shop)

    assert changes(shop.plan()) == ["replace credential.bearer mcp_server_url"]
    with pytest.raises(Refused, match="BEARER is not set"):
        shop.apply()
    assert writes(faulty) == []


@pytest.mark.parametrize("name", SECRETS)
def test_a_rotated_secret_is_one_update_of_one_credential(shop: World, name: str) -> None:
    shop.converge()
    shop.options = replace(shop.options, environ={**SECRETS, name: ROTATED[name]})

    (change,) = shop.plan().changes

    assert [(field.path, field.sensitive) for field in change.fields] == [
        (f"{FIELD_OF[name]}", True)
    ]
    faulty = watched(shop)
    report = shop.apply()
    assert report.succeeded, failures(report)
    # The mark is written once more, so that it says the moment; not so for what the server refreshes.
    assert len(set(writes(faulty))) == 1
    assert (len(writes(faulty)) == 1) is (change.address.name == "oauth")
    assert changes(shop.plan()) == []


FIELD_OF: Final = {
    "BEARER": "token_env",
    "ACCESS": "access_token_env",
    "REFRESH": "refresh_token_env",
    "CLIENT": "client_secret_env",
    "VALUE": "secret_value_env",
}


def saved(shell: Shell, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    shell.know(secrets)
    shell.run("plan", "--out", "plan.json")
    return shell.world.root / "plan.json"


def test_a_plan_made_without_secrets_is_applied_where_they_are(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(shell, {}, monkeypatch)
    refused = shell.run("apply", "plan.json", "--yes", code=1)
    assert "needs a secret that is not here" in refused
    assert account(shell.world) == {}

    shell.know(SECRETS)
    shell.run("apply", "plan.json", "--yes")

    assert "No changes" in shell.run("plan")
    assert_nowhere(shell)


def test_a_plan_made_with_one_secret_is_not_applied_with_another(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(shell, SECRETS, monkeypatch)
    shell.know({"CLIENT": ROTATED["CLIENT"]})

    refused = shell.run("apply", "plan.json", "--yes", code=1)

    assert "not what it was when this plan was made" in refused
    assert account(shell.world) == {}
    assert_nowhere(shell)


def test_a_plan_made_without_a_secret_does_not_rotate_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An apply changes only values that its plan showed."""
    shell.run("apply", "--yes")
    edited = {**BEARER, "spec": {**BEARER["spec"], "metadata": {"owner": "legal"}}}
    shell.world.write([d if d is not BEARER else edited for d in DOCUMENTS])
    saved(shell, {}, monkeypatch)
    shell.know({"BEARER": ROTATED["BEARER"]})

    shell.run("apply", "plan.json", "--yes")

    left = shell.world.plan(
        replace(shell.world.options, environ={**SECRETS, "BEARER": ROTATED["BEARER"]})
    )
    assert changes(left) == ["update credential.bearer token_env"]
    assert_nowhere(shell)


def test_apply_tells_a_secret_that_is_not_here_once_and_plan_as_a_warning(shop: World) -> None:
    del shop
    runner = CliRunner()
    planned = runner.invoke(provisioner, ["plan"]).output
    assert "[secret-needed]" in planned
    assert "[secret-not-set]" not in planned

    applied = runner.invoke(provisioner, ["apply", "--yes"])
    assert applied.exit_code == 1
    assert "[secret-needed]" not in applied.output
    for address in ("credential.bearer", "credential.oauth", "credential.variable"):
        assert applied.output.count(f"error: {address}: needs a secret that is not here") == 1
