"""Every field of the kinds that only agents have: in the manifest, on the wire, and in a plan.

`test_hosted_fields.py` drives each row through the real path, as `test_fields.py` does with the
kinds of the other runtimes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.stories.fields import GONE, Keys, put
from tests.support.hosted import id_of, row_of, zipped
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import openai

    from tests.support.stories import World

Json = dict[str, Any]
Live: TypeAlias = "Callable[[openai.OpenAI, World], object]"

HOSTED: Final = {
    **STACK,
    "spec": {
        "default_target": "hosted",
        "targets": {"hosted": {"runtime": "agents", "server": "embedded"}},
        "guards": {"max_delete_percent": 100},
    },
}
SECRETS: Final = {
    name: f"{name.lower().replace('_', '-')}-value"
    for name in ("BEARER", "ACCESS", "REFRESH", "CLIENT", "VALUE", "OTHER")
}
MCP: Final = "https://mcp.example.com/warehouse"
LIFECYCLE: Final = {"prevent_destroy": False}
METADATA: Final = {"owner": "care", "team": "shop"}

DESK: Final = manifest(
    "EnvironmentTemplate",
    "desk",
    name="Order desk",
    network={"access": "restricted", "allowed_domains": ["api.example.com"]},
    packages={"python": ["pandas"], "npm": ["left-pad"], "system": ["jq"]},
    env={"REGION": "eu", "TONE": "dry"},
    files=[
        {"path": "/workspace/rates.csv", "source": "desk/rates.csv"},
        {"path": "/workspace/notes.txt", "source": "desk/notes.txt"},
    ],
    skills=[{"skill": "refunds", "version": "1"}, {"skill_id": "SKILL"}],
    plugins=[{"name": "maps", "description": "Maps.", "path": "desk/maps.zip"}],
    setup_commands=[{"command": "make ready", "cwd": "/workspace"}, "make sure"],
    desktop={"enabled": True},
    capability_directories=["/workspace/skills"],
)
BEARER: Final = manifest(
    "Credential",
    "bearer",
    vault="shop",
    name="Warehouse",
    type="static_bearer",
    mcp_server_url=MCP,
    token_env="BEARER",  # noqa: S106 - the name of a variable
    metadata=dict(METADATA),
    lifecycle=dict(LIFECYCLE),
)
OAUTH: Final = manifest(
    "Credential",
    "oauth",
    vault="shop",
    type="mcp_oauth",
    mcp_server_url=MCP,
    access_token_env="ACCESS",  # noqa: S106 - the name of a variable
    expires_at="2031-12-31T12:00:00Z",
    refresh={
        "client_id": "desk",
        "token_endpoint": "https://id.example.com/token",
        "token_endpoint_auth": "client_secret_basic",
        "resource": "https://mcp.example.com",
        "scope": "read",
    },
    refresh_token_env="REFRESH",  # noqa: S106 - the name of a variable
    client_secret_env="CLIENT",  # noqa: S106 - the name of a variable
)
VARIABLE: Final = manifest(
    "Credential",
    "variable",
    vault="shop",
    type="environment_variable",
    secret_name="SHOP_KEY",  # noqa: S106 - the name of a variable
    secret_value_env="VALUE",  # noqa: S106 - the name of a variable
    networking={"type": "limited", "allowed_hosts": ["api.example.com"]},
)
WEEKLY: Final = manifest(
    "Automation",
    "weekly",
    name="Weekly report",
    type="periodic",
    expression="0 8 * * 1",
    timezone="Europe/Amsterdam",
    target={
        "type": "new_session",
        "agent": "clerk",
        "input": ["Write the report.", "Be brief."],
        "environment": {
            "type": "openai_hosted",
            "template": "desk",
            "container_size": "small",
            "desktop": {"enabled": True},
            "capability_directories": ["/workspace/skills"],
        },
        "vaults": ["shop"],
        "metadata": {"why": "report"},
    },
    paused=True,
    metadata=dict(METADATA),
    lifecycle=dict(LIFECYCLE),
)
AT_HOME: Final = manifest(
    "Automation",
    "at-home",
    type="once",
    run_at="2031-12-24T08:00:00+01:00",
    target={
        "type": "new_session",
        "agent": "clerk",
        "input": "Tidy up.",
        "environment": {
            "type": "self_hosted",
            "workspace_directory": "/home/clerk",
            "capability_directories": ["/home/skills"],
        },
    },
)
REMINDER: Final = manifest(
    "Automation",
    "reminder",
    type="periodic",
    expression="0 9 * * *",
    timezone="UTC",
    target={"type": "existing_session", "session_id": "SESSION", "instructions": "Go on."},
)
DOCUMENTS: Final = (
    DESK,
    manifest("EnvironmentTemplate", "spare", env={"REGION": "us"}),
    manifest(
        "Vault", "shop", name="Shop systems", metadata=dict(METADATA), lifecycle=dict(LIFECYCLE)
    ),
    manifest("Vault", "other"),
    BEARER,
    OAUTH,
    VARIABLE,
    manifest("Skill", "refunds", path="skills/refunds"),
    manifest("Skill", "returns", path="skills/returns"),
    WEEKLY,
    AT_HOME,
    REMINDER,
    manifest("Assistant", "clerk", model="gpt-6.1-terra"),
    manifest("Assistant", "analyst", model="gpt-6.1-terra"),
)
SKILL_TEXT: Final = "---\nname: {}\ndescription: {}\n---\n# How\n\nAsk first.\n"
FILES: Final[dict[str, str | bytes]] = {
    "desk/rates.csv": "a,b\n1,2\n",
    "desk/more.csv": "a,b\n3,4\n",
    "desk/notes.txt": "Notes.\n",
    "desk/maps.zip": zipped("maps"),
    "desk/other.zip": zipped("other"),
    "skills/refunds/SKILL.md": SKILL_TEXT.format("refunds", "Refund an order."),
    "skills/refunds/steps.md": "One. Two.\n",
    "skills/refunds-2/SKILL.md": SKILL_TEXT.format("refunds", "Refund an order, politely."),
    "skills/refunds-2/steps.md": "One. Two.\n",
    "skills/refunds-3/SKILL.md": SKILL_TEXT.format("refunds", "Refund an order."),
    "skills/refunds-3/rules.md": "Never.\n",
    "skills/returns/SKILL.md": SKILL_TEXT.format("returns", "Take things back."),
}


@dataclass(frozen=True)
class Row:
    """As `tests.stories.fields.Field`, on the manifest called `of`."""

    covers: str
    of: str
    at: Keys = ()
    value: Any = GONE
    shown: tuple[str, ...] = ()
    reset: tuple[str, ...] | None = None
    live: Live | None = None
    drift: tuple[str, ...] = ()
    name: str = ""
    replaces: bool = False
    also: tuple[tuple[Keys, Any], ...] = ()

    @property
    def id(self) -> str:
        return f"{self.covers} {self.name}".strip().replace(" ", "-")

    def edited(self, value: Any) -> list[Json]:
        """The manifests with `value` in the field's place."""
        documents = deepcopy(list(DOCUMENTS))
        document = next(d for d in documents if d["metadata"]["name"] == self.of)
        for at, wanted in ((self.at, value), *self.also):
            put(document["spec"], at, wanted)
        return documents


def write(world: World, known: Mapping[str, str], documents: list[Json] | None = None) -> None:
    """The whole folder, with some documents exchanged; `known` are ids of what is not ours."""
    for path, text in FILES.items():
        world.put(path, text)
    world.write([HOSTED, *(_filled(known, document) for document in documents or DOCUMENTS)])


def _filled(known: Mapping[str, str], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(known, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(known, item) for item in value]
    return known.get(value, value) if isinstance(value, str) else value


# On the wire.


def template(**body: Any) -> Live:
    def edit(client: openai.OpenAI, world: World) -> object:
        wanted = id_of(world, "environment_template.desk")
        return client.beta.agents.environments.templates.update(wanted, **body)

    return edit


def renamed(name: str) -> Live:
    """Give the template another name, its mark behind it as it was."""

    def edit(client: openai.OpenAI, world: World) -> object:
        text = row_of(world, "environment_template.desk")["name"]
        return template(name=f"{name} {text[text.index('[') :]}")(client, world)

    return edit


def skills(**changes: Any) -> Live:
    """Change the first skill of the template; the second stays."""

    def edit(client: openai.OpenAI, world: World) -> object:
        first, second = row_of(world, "environment_template.desk")["skills"]
        return template(skills=[{**first, **changes}, second])(client, world)

    return edit


def vault(**body: Any) -> Live:
    return lambda client, world: client.beta.agents.vaults.update(
        id_of(world, "vault.shop"), **body
    )


def rotated(of: str, **body: Any) -> Live:
    def edit(client: openai.OpenAI, world: World) -> object:
        row = row_of(world, f"credential.{of}")
        update = client.beta.agents.vaults.credentials.update
        return update(row["id"], vault_id=row["vault_id"], **body)

    return edit


def noted(address: str, **single: str | None) -> Live:
    """Set single keys of metadata; None takes one away. The rest, our mark too, is sent along."""

    def edit(client: openai.OpenAI, world: World) -> object:
        kind, _, name = address.partition(".")
        row = row_of(world, address)
        body = {k: v for k, v in {**row["metadata"], **single}.items() if v is not None}
        changes = {
            "vault": vault(metadata=body),
            "credential": rotated(name, metadata=body),
            "automation": automation(name, metadata=body),
        }
        return changes[kind](client, world)

    return edit


def automation(of: str, **body: Any) -> Live:
    def edit(client: openai.OpenAI, world: World) -> object:
        wanted = id_of(world, f"automation.{of}")
        return client.beta.agents.automations.update(wanted, **body)

    return edit


def aimed(of: str, **changes: Any) -> Live:
    """Change some of an automation's target; the rest is sent along."""

    def edit(client: openai.OpenAI, world: World) -> object:
        target = dict(row_of(world, f"automation.{of}")["target"])
        target.pop("agent", None)
        if "environment" in changes:
            there = {k: v for k, v in target["environment"].items() if v is not None}
            changed = {**there, **changes["environment"]}
            changes["environment"] = {k: v for k, v in changed.items() if v is not None}
        elif "environment" in target:
            there = target["environment"]
            target["environment"] = {k: v for k, v in there.items() if v is not None}
        if "input" in target:
            target["input"] = [
                {"role": said["role"], "content": said["content"]} for said in target["input"]
            ]
        return automation(of, target={**target, **changes})(client, world)

    return edit


def switched(verb: str) -> Live:
    def edit(client: openai.OpenAI, world: World) -> object:
        return getattr(client.beta.agents.automations, verb)(id_of(world, "automation.weekly"))

    return edit


# In the manifest.


def _desk(covers: str, *rest: Any, **more: Any) -> Row:
    return Row(f"environment_template:{covers}", "desk", *rest, **more)


def _repointed(name: str, of: str, at: Keys, value: Any, path: str, *others: str) -> Row:
    """A field that cannot be updated: the credential is made anew."""
    return Row(f"credential:{name}", of, at, value, (path, *others), replaces=True)


NETWORK: Final = ("network",)
PACKAGES: Final = ("packages",)
TEMPLATES: Final = (
    _desk("name", ("name",), "Returns desk", ("name",), ("name",), renamed("Theirs"), ("name",)),
    _desk(
        "network",
        NETWORK,
        {"access": "disabled"},
        ("network.access", "network.allowed_domains[0]"),
        ("network",),
        template(network={"access": "enabled"}),
        ("network.access", "network.allowed_domains[0]"),
    ),
    _desk(
        "network.access",
        (*NETWORK, "access"),
        "enabled",
        ("network.access", "network.allowed_domains[0]"),
        also=((("network", "allowed_domains"), GONE),),
    ),
    _desk(
        "network.allowed_domains",
        (*NETWORK, "allowed_domains"),
        ["api.example.com", "b.example.com"],
        ("network.allowed_domains[1]",),
        live=template(network={"access": "restricted", "allowed_domains": ["b.example.com"]}),
        drift=("network.allowed_domains[0]",),
    ),
    _desk(
        "network.blocked_domains",
        (*NETWORK, "blocked_domains"),
        ["c.example.com"],
        ("network.allowed_domains[0]", "network.blocked_domains"),
        also=((("network", "allowed_domains"), GONE),),
    ),
    _desk(
        "packages",
        PACKAGES,
        {"system": ["jq"]},
        ("packages.npm[0]", "packages.python[0]"),
        ("packages.npm[0]", "packages.python[0]", "packages.system[0]"),
        template(packages=None),
        ("packages.npm[0]", "packages.python[0]", "packages.system[0]"),
    ),
    *(
        _desk(
            f"packages.{name}",
            (*PACKAGES, name),
            ["other"],
            (f"packages.{name}[0]",),
            (f"packages.{name}[0]",),
            template(packages={**DESK["spec"]["packages"], name: ["theirs"]}),
            (f"packages.{name}[0]",),
        )
        for name in ("python", "npm", "system")
    ),
    # Never shown: nobody sees that it was changed there.
    _desk("env", ("env",), {"REGION": "us", "TONE": "dry"}, ("env",), ("env",)),
    _desk(
        "files",
        ("files", 2),
        {"path": "/workspace/more.csv", "source": "desk/more.csv"},
        ("files[/workspace/more.csv]",),
        live=template(files=[]),
        drift=("files[/workspace/notes.txt]", "files[/workspace/rates.csv]"),
    ),
    _desk(
        "files",
        ("files",),
        reset=("files[/workspace/notes.txt]", "files[/workspace/rates.csv]"),
        name="all",
    ),
    _desk("files", ("files", 0), reset=("files[/workspace/rates.csv]",), name="one"),
    _desk(
        "files[].path",
        ("files", 0, "path"),
        "/workspace/in/rates.csv",
        ("files[/workspace/in/rates.csv]", "files[/workspace/rates.csv]"),
    ),
    _desk(
        "files[].source",
        ("files", 0, "source"),
        "desk/more.csv",
        ("files[/workspace/rates.csv]",),
        name="of the same size",
    ),
    _desk(
        "files[].source",
        ("files", 0, "source"),
        "desk/notes.txt",
        ("files[/workspace/rates.csv]",),
        live=template(
            files=[
                {"type": "inline", "path": "/workspace/rates.csv", "data": "YQ=="},
                {"type": "inline", "path": "/workspace/notes.txt", "data": "Tm90ZXMuCg=="},
            ]
        ),
        drift=("files[/workspace/rates.csv]",),
    ),
    _desk(
        "skills",
        ("skills", 2),
        {"skill": "returns"},
        ("skills[2]",),
        live=template(skills=[]),
        drift=("skills",),
    ),
    _desk("skills", ("skills",), reset=("skills[0]", "skills[1]"), name="all"),
    _desk("skills[].skill", ("skills", 0, "skill"), "returns", ("skills[0].skill",)),
    _desk("skills[].skill_id", ("skills", 1, "skill_id"), "THIRD", ("skills[1].skill_id",)),
    _desk(
        "skills[].version",
        ("skills", 0, "version"),
        "latest",
        ("skills[0].version",),
        ("skills[0].version",),
        skills(version="latest"),
        ("skills[0].version",),
    ),
    _desk(
        "plugins",
        ("plugins", 1),
        {"name": "other", "description": "Other.", "path": "desk/other.zip"},
        ("plugins[other]",),
        live=template(plugins=[]),
        drift=("plugins[maps]",),
    ),
    _desk("plugins", ("plugins",), reset=("plugins[maps]",), name="all"),
    _desk(
        "plugins[].name",
        ("plugins", 0, "name"),
        "charts",
        ("plugins[charts]", "plugins[maps]"),
    ),
    _desk(
        "plugins[].description",
        ("plugins", 0, "description"),
        "Maps of all.",
        ("plugins[maps].description", "plugins[maps].archive"),
    ),
    _desk(
        "plugins[].path",
        ("plugins", 0, "path"),
        "desk/other.zip",
        ("plugins[maps].archive",),
    ),
    _desk(
        "setup_commands",
        ("setup_commands",),
        ["make ready"],
        ("setup_commands",),
        ("setup_commands",),
    ),
    _desk(
        "setup_commands[].command",
        ("setup_commands", 0, "command"),
        "make haste",
        ("setup_commands",),
    ),
    _desk(
        "setup_commands[].cwd",
        ("setup_commands", 0, "cwd"),
        "/tmp",  # noqa: S108 - a folder of the container
        ("setup_commands",),
        ("setup_commands",),
    ),
    _desk(
        "desktop",
        ("desktop",),
        {"enabled": False},
        ("desktop.enabled",),
        ("desktop.enabled",),
        template(desktop=None),
        ("desktop.enabled",),
    ),
    _desk(
        "desktop.enabled",
        ("desktop", "enabled"),
        False,
        ("desktop.enabled",),
        live=template(desktop={"enabled": False}),
        drift=("desktop.enabled",),
    ),
    _desk(
        "capability_directories",
        ("capability_directories",),
        ["/workspace/skills", "/workspace/more"],
        ("capability_directories[1]",),
        ("capability_directories[0]",),
        template(capability_directories=[]),
        ("capability_directories",),
    ),
)


def _marked(kind: str, of: str, value: Any) -> tuple[Row, ...]:
    """The fields that every kind with metadata has."""
    address = f"{kind}.{of}"
    protected = ("lifecycle.prevent_destroy",)
    return (
        Row(
            f"{kind}:metadata",
            of,
            ("metadata", "owner"),
            "legal",
            ("metadata.owner",),
            ("metadata.owner",),
            noted(address, owner="them"),
            ("metadata.owner",),
        ),
        Row(
            f"{kind}:metadata",
            of,
            ("metadata",),
            {"since": "2026", "owner": "care"},
            ("metadata.since", "metadata.team"),
            ("metadata.owner", "metadata.team"),
            noted(address, owner=None),
            ("metadata.owner",),
            name="all keys",
        ),
        Row(f"{kind}:lifecycle", of, ("lifecycle",), {"prevent_destroy": True}, protected, ()),
        Row(
            f"{kind}:lifecycle.prevent_destroy",
            of,
            ("lifecycle", "prevent_destroy"),
            True,
            protected,
            (),
        ),
        Row(
            f"{kind}:lifecycle.ignore_changes",
            of,
            ("lifecycle", "ignore_changes"),
            value,
            (),
            name="alone changes nothing",
        ),
    )


VAULTS: Final = (
    Row("vault:name", "shop", ("name",), "Systems", ("name",), ("name",), vault(name="Theirs"), ("name",)),
    *_marked("vault", "shop", ["name"]),
)  # fmt: skip

REFRESH: Final = ("refresh",)
CREDENTIALS: Final = (
    _repointed("vault", "bearer", ("vault",), "other", "vault"),
    _repointed("name", "bearer", ("name",), "Depot", "name"),
    Row("credential:name", "bearer", ("name",), reset=("name",), replaces=True, name="its own"),
    Row(
        "credential:type",
        "bearer",
        ("type",),
        "environment_variable",
        ("mcp_server_url", "networking", "secret_name", "secret_value_env", "token_env", "type"),
        replaces=True,
        also=(
            (("mcp_server_url",), GONE),
            (("token_env",), GONE),
            (("secret_name",), "WAREHOUSE"),
            (("secret_value_env",), "OTHER"),
            (("networking",), {"type": "unrestricted"}),
        ),
    ),
    _repointed("mcp_server_url", "bearer", ("mcp_server_url",), f"{MCP}/2", "mcp_server_url"),
    Row("credential:token_env", "bearer", ("token_env",), "OTHER", ("token_env",)),
    Row("credential:access_token_env", "oauth", ("access_token_env",), "OTHER", ("access_token_env",)),
    Row(
        "credential:expires_at",
        "oauth",
        ("expires_at",),
        "2032-12-31T12:00:00Z",
        ("expires_at",),
        ("expires_at",),
        rotated("oauth", auth={"type": "mcp_oauth", "expires_at": None}),
        ("expires_at",),
    ),
    Row(
        "credential:refresh",
        "oauth",
        REFRESH,
        {"client_id": "desk", "token_endpoint": "https://id.example.com/token"},
        ("client_secret_env", "refresh.resource", "refresh.scope", "refresh.token_endpoint_auth"),
        replaces=True,
        also=((("client_secret_env",), GONE),),
    ),
    _repointed("refresh.client_id", "oauth", (*REFRESH, "client_id"), "till", "refresh.client_id"),
    _repointed(
        "refresh.token_endpoint",
        "oauth",
        (*REFRESH, "token_endpoint"),
        "https://id.example.com/2",
        "refresh.token_endpoint",
    ),
    _repointed(
        "refresh.token_endpoint_auth",
        "oauth",
        (*REFRESH, "token_endpoint_auth"),
        "client_secret_post",
        "refresh.token_endpoint_auth",
    ),
    _repointed("refresh.resource", "oauth", (*REFRESH, "resource"), MCP, "refresh.resource"),
    Row(
        "credential:refresh.scope",
        "oauth",
        (*REFRESH, "scope"),
        "read write",
        ("refresh.scope",),
        ("refresh.scope",),
        rotated("oauth", auth={"type": "mcp_oauth", "refresh": {"scope": "all"}}),
        ("refresh.scope",),
        replaces=True,
    ),
    Row("credential:refresh_token_env", "oauth", ("refresh_token_env",), "OTHER", ("refresh_token_env",)),
    Row("credential:client_secret_env", "oauth", ("client_secret_env",), "OTHER", ("client_secret_env",)),
    _repointed("secret_name", "variable", ("secret_name",), "SHOP_TOKEN", "secret_name"),
    Row("credential:secret_value_env", "variable", ("secret_value_env",), "OTHER", ("secret_value_env",)),
    _repointed(
        "networking",
        "variable",
        ("networking",),
        {"type": "unrestricted"},
        "networking.allowed_hosts",
        "networking.type",
    ),
    _repointed(
        "networking.type",
        "variable",
        ("networking",),
        {"type": "limited", "allowed_hosts": ["b.example.com"]},
        "networking.allowed_hosts[0]",
    ),
    _repointed(
        "networking.allowed_hosts",
        "variable",
        ("networking", "allowed_hosts"),
        ["api.example.com", "b.example.com"],
        "networking.allowed_hosts[1]",
    ),
    *_marked("credential", "bearer", ["metadata.owner"]),
)  # fmt: skip

SKILLS: Final = (
    Row("skill:path", "refunds", ("path",), "skills/refunds-2", ("files[SKILL.md]",)),
    Row(
        "skill:path",
        "refunds",
        ("path",),
        "skills/refunds-3",
        ("files[rules.md]", "files[steps.md]"),
        name="with another file",
    ),
)

TARGET: Final = ("target",)
PLACE: Final = ("target", "environment")


def _weekly(covers: str, *rest: Any, **more: Any) -> Row:
    return Row(f"automation:{covers}", "weekly", *rest, **more)


AUTOMATIONS: Final = (
    _weekly(
        "name",
        ("name",),
        "Report",
        ("name",),
        ("name",),
        automation("weekly", name="Theirs"),
        ("name",),
    ),
    _weekly(
        "type",
        ("type",),
        "once",
        ("expression", "run_at", "timezone", "type"),
        replaces=True,
        also=((("expression",), GONE), (("timezone",), GONE), (("run_at",), 1955000000)),
    ),
    _weekly(
        "expression",
        ("expression",),
        "0 9 * * 1",
        ("expression",),
        live=automation("weekly", expression="0 7 * * 1"),
        drift=("expression",),
    ),
    _weekly(
        "timezone",
        ("timezone",),
        "UTC",
        ("timezone",),
        live=automation("weekly", timezone="Asia/Tokyo"),
        drift=("timezone",),
    ),
    Row(
        "automation:run_at",
        "at-home",
        ("run_at",),
        "2031-12-24T09:00:00+01:00",
        ("run_at",),
        live=automation("at-home", run_at=1960000000),
        drift=("run_at",),
    ),
    Row(
        "automation:run_at",
        "at-home",
        ("run_at",),
        "2031-12-24T07:00:00Z",
        (),
        name="the same moment",
    ),
    _weekly(
        "target",
        TARGET,
        {"type": "new_session", "agent": "analyst", "input": ["Write the report.", "Be brief."]},
        (
            "target.agent",
            "target.environment.capability_directories",
            "target.environment.container_size",
            "target.environment.desktop",
            "target.environment.template",
            "target.environment.type",
            "target.metadata",
            "target.vaults",
        ),
    ),
    Row(
        "automation:target.type",
        "reminder",
        TARGET,
        {"type": "new_session", "agent": "clerk", "input": "Go on."},
        (
            "target.agent",
            "target.environment",
            "target.input",
            "target.instructions",
            "target.session_id",
            "target.type",
        ),
        replaces=True,
    ),
    _weekly("target.agent", (*TARGET, "agent"), "analyst", ("target.agent",)),
    _weekly(
        "target.input",
        (*TARGET, "input"),
        ["Write the report.", "Be thorough."],
        ("target.input[1]",),
        live=aimed("weekly", input=[{"role": "user", "content": [{"type": "input_text", "text": "No."}]}]),
        drift=("target.input[0]", "target.input[1]"),
    ),
    _weekly(
        "target.environment",
        PLACE,
        {"type": "none"},
        (
            "target.environment.capability_directories",
            "target.environment.container_size",
            "target.environment.desktop",
            "target.environment.template",
            "target.environment.type",
        ),
        (
            "target.environment.capability_directories",
            "target.environment.container_size",
            "target.environment.desktop",
            "target.environment.template",
            "target.environment.type",
        ),
    ),
    _weekly(
        "target.environment.type",
        PLACE,
        {"type": "self_hosted", "workspace_directory": "/home/clerk"},
        (
            "target.environment.capability_directories",
            "target.environment.container_size",
            "target.environment.desktop",
            "target.environment.template",
            "target.environment.type",
            "target.environment.workspace_directory",
        ),
    ),
    _weekly(
        "target.environment.template",
        (*PLACE, "template"),
        "spare",
        ("target.environment.template",),
        ("target.environment.template",),
    ),
    _weekly(
        "target.environment.container_size",
        (*PLACE, "container_size"),
        "medium",
        ("target.environment.container_size",),
        ("target.environment.container_size",),
        aimed("weekly", environment={"container_size": "large"}),
        ("target.environment.container_size",),
    ),
    _weekly(
        "target.environment.container_size",
        (*PLACE, "container_size"),
        "large",
        ("target.environment.container_size",),
        name="large",
    ),
    _weekly(
        "target.environment.desktop",
        (*PLACE, "desktop"),
        {"enabled": False},
        ("target.environment.desktop.enabled",),
        ("target.environment.desktop",),
        aimed("weekly", environment={"desktop": None}),
        ("target.environment.desktop",),
    ),
    _weekly(
        "target.environment.desktop.enabled",
        (*PLACE, "desktop", "enabled"),
        False,
        ("target.environment.desktop.enabled",),
        live=aimed("weekly", environment={"desktop": {"enabled": False}}),
        drift=("target.environment.desktop.enabled",),
    ),
    Row(
        "automation:target.environment.workspace_directory",
        "at-home",
        (*PLACE, "workspace_directory"),
        "/home/desk",
        ("target.environment.workspace_directory",),
        live=aimed("at-home", environment={"workspace_directory": "/home/them"}),
        drift=("target.environment.workspace_directory",),
    ),
    _weekly(
        "target.environment.capability_directories",
        (*PLACE, "capability_directories"),
        ["/workspace/skills", "/workspace/more"],
        ("target.environment.capability_directories[1]",),
        ("target.environment.capability_directories",),
        aimed("weekly", environment={"capability_directories": ["/workspace/theirs"]}),
        ("target.environment.capability_directories[0]",),
    ),
    _weekly(
        "target.environment.capability_directories",
        (*PLACE, "capability_directories"),
        [],
        ("target.environment.capability_directories",),
        name="none",
    ),
    _weekly(
        "target.vaults",
        (*TARGET, "vaults"),
        ["shop", "other"],
        ("target.vaults[1]",),
        ("target.vaults",),
        aimed("weekly", vault_ids=[]),
        ("target.vaults",),
    ),
    _weekly(
        "target.metadata",
        (*TARGET, "metadata"),
        {"why": "review"},
        ("target.metadata.why",),
        ("target.metadata",),
        aimed("weekly", metadata={"why": "theirs"}),
        ("target.metadata.why",),
    ),
    Row(
        "automation:target.session_id",
        "reminder",
        (*TARGET, "session_id"),
        "SECOND",
        ("target.session_id",),
    ),
    Row(
        "automation:target.instructions",
        "reminder",
        (*TARGET, "instructions"),
        "Stop.",
        ("target.instructions",),
        live=aimed("reminder", instructions="Theirs."),
        drift=("target.instructions",),
    ),
    _weekly(
        "paused",
        ("paused",),
        False,
        ("paused",),
        ("paused",),
        switched("resume"),
        ("paused",),
    ),
    *_marked("automation", "weekly", ["expression"]),
)  # fmt: skip

ROWS: Final = (*TEMPLATES, *VAULTS, *CREDENTIALS, *SKILLS, *AUTOMATIONS)
