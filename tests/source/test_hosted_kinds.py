"""Mistakes in the kinds that only agents have: each at its file, line and column."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from provisioner.model.address import Address
from provisioner.model.value import Content, MissingSecret, Reference, Sensitive
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded
from tests.source.folders import Folder, errors, only, places

STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  targets: {hosted: {runtime: agents}}
"""
OTHERS = """\
apiVersion: provisioner/v1
kind: Vault
metadata: {name: shop}
spec: {}
---
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: clerk}
spec: {model: gpt-6.1-terra}
---
apiVersion: provisioner/v1
kind: EnvironmentTemplate
metadata: {name: desk}
spec: {}
---
apiVersion: provisioner/v1
kind: Skill
metadata: {name: refunds}
spec: {path: skills/refunds}
"""
GOOD = "---\nname: refunds\ndescription: Refund an order.\n---\nAsk first.\n"
NOT_WHOLE = "a credential is not whole"


def loaded(folder: Folder, kind: str, spec: str, stack: str = STACK, **options: Any) -> Loaded:
    """A folder with one resource `x` of a kind, its spec beginning in line 5."""
    head = f"apiVersion: provisioner/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n"
    body = "".join(f"  {line}\n" for line in dedent(spec).strip().splitlines())
    folder.write(**{"stack.yaml": stack, "others.yaml": OTHERS, "x.yaml": head + body})
    if not (folder.root / "skills/refunds").exists():
        folder.write(**{"skills/refunds/SKILL.md": GOOD})
    return folder.load(**{"runtimes": RUNTIMES, **options})


def said(found: Loaded) -> str:
    return "\n".join(map(str, errors(found)))


SKILLS: dict[str, tuple[dict[str, str | bytes], str, str, str]] = {
    "no such folder": ({}, "skills/none", "not a folder", "`skills/none` does not exist"),
    "a file": ({"skills/a.md": GOOD}, "skills/a.md", "not a folder", "`skills/a.md` is a file"),
    "outside": ({}, "../skills", "a path leaves the manifest folder", "is outside of"),
    "no SKILL.md": ({"s/a.md": GOOD}, "s", "a skill needs exactly one SKILL.md", "Found: none"),
    "one in a folder of it": ({"s/t/SKILL.md": GOOD}, "s", "a skill needs exactly one SKILL.md", "`t/SKILL.md`"),
    "one in small letters": ({"s/skill.md": GOOD}, "s", "a skill needs exactly one SKILL.md", "`skill.md`"),
    "two": (
        {"s/SKILL.md": GOOD, "s/t/SKILL.md": GOOD},
        "s",
        "a skill needs exactly one SKILL.md",
        "`SKILL.md`, `t/SKILL.md`",
    ),
    "no front matter": ({"s/SKILL.md": "# How\n"}, "s", "no front matter", "two lines of `---`"),
    "an open fence": ({"s/SKILL.md": "---\nname: a\n"}, "s", "no front matter", "YAML between"),
    "broken YAML": ({"s/SKILL.md": "---\nname: [\n---\n"}, "s", "no front matter", "not a YAML mapping"),
    "a list": ({"s/SKILL.md": "---\n- a\n---\n"}, "s", "no front matter", "not a YAML mapping"),
    "no name": (
        {"s/SKILL.md": "---\ndescription: a\n---\n"},
        "s",
        "a skill without a name",
        "lower-case letters, digits and single dashes",
    ),
    "a bad name": (
        {"s/SKILL.md": "---\nname: Refunds_2\ndescription: a\n---\n"},
        "s",
        "a skill without a name",
        "s/SKILL.md`: `name` must be 1 to 64",
    ),
    "a name too long": (
        {"s/SKILL.md": f"---\nname: {'a' * 65}\ndescription: a\n---\n"},
        "s",
        "a skill without a name",
        "1 to 64",
    ),
    "no description": (
        {"s/SKILL.md": "---\nname: a\n---\n"},
        "s",
        "a skill without a description",
        "1 to 512 characters",
    ),
    "a description too long": (
        {"s/SKILL.md": f"---\nname: a\ndescription: {'a' * 513}\n---\n"},
        "s",
        "a skill without a description",
        "our mark is added after it",
    ),
    "a mark": (
        {"s/SKILL.md": "---\nname: a\ndescription: a [provisioner k3v9/default a abcdefghij]\n---\n"},
        "s",
        "a mark in a manifest",
        "Remove `[provisioner …]`",
    ),
    "not UTF-8": (
        {"s/SKILL.md": GOOD.encode() + b"\xff\xfe"},
        "s",
        "not UTF-8 text",
        "save it as UTF-8",
    ),
    "too large": (
        {"s/SKILL.md": GOOD + "a" * 300_000},
        "s",
        "SKILL.md is too large",
        "Move long texts into other files",
    ),
    "too many files": (
        {"s/SKILL.md": GOOD, **{f"s/{n}.txt": "a" for n in range(500)}},
        "s",
        "a skill of too many files",
        "has 501 files",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "mistake", SKILLS.values(), ids=[name.replace(" ", "-") for name in SKILLS]
)
def test_a_folder_that_is_no_skill_is_named_where_it_is_named(
    folder: Folder, mistake: tuple[dict[str, str | bytes], str, str, str]
) -> None:
    files, path, summary, detail = mistake
    folder.write(**files)

    found = loaded(folder, "Skill", f"path: {path}")

    assert places(found) == [("x.yaml:5:9", summary)]
    assert detail in said(found)


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.rstrip()])
def test_a_skill_may_be_written_on_windows(folder: Folder, text: str) -> None:
    folder.write(**{"s/SKILL.md": text.encode(), "s/.hidden": b"x", "s/empty.txt": b""})

    files = only(loaded(folder, "Skill", "path: s"), "skill.x").spec["files"]

    assert [*files] == ["SKILL.md", "empty.txt"]
    assert files["SKILL.md"].size == len(text.replace("\r\n", "\n").encode())


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_in_a_skill_that_leads_out_is_refused(folder: Folder, kind: str) -> None:
    folder.write(**{"s/SKILL.md": GOOD})
    outside = Path("outside")
    outside.mkdir()
    (outside / "secret.md").write_text("x")
    where = outside / "secret.md" if kind == "file" else outside
    (folder.root / "s" / "linked.md").symlink_to(where.resolve())

    found = loaded(folder, "Skill", "path: s")

    assert ("x.yaml:5:9", "a path leaves the manifest folder") in places(found)


def test_a_folder_behind_a_link_in_a_skill_is_not_silently_left_out(folder: Folder) -> None:
    folder.write(**{"s/SKILL.md": GOOD, "more/a.md": "x"})
    (folder.root / "s" / "more").symlink_to((folder.root / "more").resolve())

    found = loaded(folder, "Skill", "path: s")

    assert places(found) == [("x.yaml:5:9", "a folder behind a link")]


FILE = "files: [{{path: {path}, source: {source}}}]"
TEMPLATES = {
    "outside of the workspace": (
        "files: [{path: /etc/passwd, source: a.txt}]",
        [("x.yaml:5:18", "not a path in the workspace")],
    ),
    "up and out": (
        "files: [{path: /workspace/../a, source: a.txt}]",
        [("x.yaml:5:18", "not a path in the workspace")],
    ),
    "the workspace itself": (
        "files: [{path: /workspace, source: a.txt}]",
        [("x.yaml:5:18", "not a path in the workspace")],
    ),
    "twice": (
        "files:\n- {path: /workspace/a, source: a.txt}\n- {path: /workspace/a, source: a.txt}",
        [("x.yaml:7:12", "the same path twice")],
    ),
    "too large": (
        "files: [{path: /workspace/a, source: large.bin}]",
        [("x.yaml:5:40", "a file is too large")],
    ),
    "no such file": (
        "files: [{path: /workspace/a, source: none.txt}]",
        [("x.yaml:5:40", "a file does not exist")],
    ),
    "a folder": (
        "files: [{path: /workspace/a, source: skills}]",
        [("x.yaml:5:40", "not a file")],
    ),
    "out of the manifests": (
        "files: [{path: /workspace/a, source: ../a.txt}]",
        [("x.yaml:5:40", "a path leaves the manifest folder")],
    ),
    "a link that leads out": (
        "files: [{path: /workspace/a, source: linked.txt}]",
        [("x.yaml:5:40", "a path leaves the manifest folder")],
    ),
    "a plugin too large": (
        "plugins: [{name: a, description: b, path: large.bin}]",
        [("x.yaml:5:45", "a file is too large")],
    ),
    "a skill that is none": (
        "skills: [{skill: refnds}]",
        [("x.yaml:5:20", "unknown reference")],
    ),
    "a skill twice named": (
        "skills: [{skill: refunds, skill_id: skill_1}]",
        [("x.yaml:5:12", "a skill is named twice")],
    ),
    "a skill not named": (
        "skills: [{version: '1'}]",
        [("x.yaml:5:12", "a skill is named twice")],
    ),
    "domains that are open": (
        "network: {access: enabled, allowed_domains: [a.example.com]}",
        [("x.yaml:5:47", "domains without a restriction")],
    ),
    "a restriction of nothing": (
        "network: {access: restricted}",
        [("x.yaml:5:12", "a restriction is not whole")],
    ),
    "a restriction both ways": (
        "network: {access: restricted, allowed_domains: [a.org], blocked_domains: [b.org]}",
        [("x.yaml:5:12", "a restriction is not whole")],
    ),
    "a wildcard": (
        "network: {access: restricted, allowed_domains: ['*.example.com']}",
        [("x.yaml:5:51", "not the right form")],
    ),
    "brackets in a name": ("name: Desk [old]", [("x.yaml:5:9", "not the right form")]),
    "a relative folder": (
        "setup_commands: [{command: make, cwd: here}]",
        [("x.yaml:5:41", "not the right form")],
    ),
    "a variable that is none": ("env: {A-B: c}", [("x.yaml:5:9", "bad key")]),
    "metadata": ("metadata: {a: b}", [("x.yaml:5:3", "unknown field")]),
    "a lifecycle": (
        "lifecycle: {prevent_destroy: true}",
        [("x.yaml:5:3", "unknown field")],
    ),
}


@pytest.mark.parametrize("name", TEMPLATES, ids=[name.replace(" ", "-") for name in TEMPLATES])
def test_a_mistake_in_a_template_is_named_at_its_place(folder: Folder, name: str) -> None:
    Path("outside.txt").write_text("x")
    folder.write(**{"a.txt": b"x", "large.bin": b"x" * 5_000_001})
    (folder.root / "linked.txt").symlink_to(Path("outside.txt").resolve())
    spec, expected = TEMPLATES[name]

    assert places(loaded(folder, "EnvironmentTemplate", spec)) == expected


BEARER = "vault: shop\ntype: static_bearer\n"
OAUTH = "vault: shop\ntype: mcp_oauth\nmcp_server_url: https://a.example.com\naccess_token_env: A\n"
VARIABLE = "vault: shop\ntype: environment_variable\nsecret_name: A\nsecret_value_env: B\n"
CLIENTLESS = """\
refresh:
  client_id: a
  token_endpoint: https://a.example.com/t
  token_endpoint_auth: client_secret_post
"""
CREDENTIALS = {
    "nothing of its type": (
        BEARER,
        [("x.yaml:6:9", NOT_WHOLE), ("x.yaml:6:9", NOT_WHOLE)],
    ),
    "a field of another type": (
        f"{BEARER}mcp_server_url: https://a.example.com\ntoken_env: A\nsecret_name: B",
        [("x.yaml:9:16", "not a field of this credential")],
    ),
    "a token in the manifest": (
        f"{BEARER}mcp_server_url: https://a.example.com\ntoken: abcdefgh",
        [("x.yaml:6:9", NOT_WHOLE), ("x.yaml:8:3", "unknown field")],
    ),
    "a server without TLS": (
        f"{BEARER}token_env: A\nmcp_server_url: http://a.example.com",
        [("x.yaml:8:19", "not the right form")],
    ),
    "a password in the address": (
        f"{BEARER}token_env: A\nmcp_server_url: https://me:secret@a.example.com",
        [("x.yaml:8:19", "not the right form")],
    ),
    "a name that is none of a variable": (
        f"{BEARER}mcp_server_url: https://a.example.com\ntoken_env: not-a-name",
        [("x.yaml:8:14", "not the name of a variable")],
    ),
    "a refresh without its token": (
        f"{OAUTH}refresh: {{client_id: a, token_endpoint: https://a.example.com/t}}",
        [("x.yaml:9:12", "a refresh needs its token")],
    ),
    "a client without its secret": (
        f"{OAUTH}refresh_token_env: B\n{CLIENTLESS}",
        [("x.yaml:11:5", "the client's secret does not fit its method of authentication")],
    ),
    "a refresh token of nothing": (
        f"{OAUTH}refresh_token_env: B",
        [("x.yaml:9:22", "an option without the field that it needs")],
    ),
    "no network": (VARIABLE, [("x.yaml:6:9", NOT_WHOLE)]),
    "limited to nothing": (
        f"{VARIABLE}networking: {{type: limited}}",
        [("x.yaml:9:15", "networking is not whole")],
    ),
    "unlimited to something": (
        f"{VARIABLE}networking: {{type: unrestricted, allowed_hosts: [a.example.com]}}",
        [("x.yaml:9:15", "networking is not whole")],
    ),
    "an unknown vault": (
        "vault: shp\ntype: static_bearer\nmcp_server_url: https://a.example.com\ntoken_env: A",
        [("x.yaml:5:10", "unknown reference")],
    ),
    "no vault": (
        "type: static_bearer\nmcp_server_url: https://a.example.com\ntoken_env: A",
        [("x.yaml:4:1", "missing field")],
    ),
    "a name of too many bytes": (
        f"{BEARER}mcp_server_url: https://a.example.com\ntoken_env: A\nname: {'ü' * 129}",
        [("x.yaml:9:9", "a name is too long")],
    ),
    "a name that will be trimmed": (
        f"{BEARER}mcp_server_url: https://a.example.com\ntoken_env: A\nname: ' A'",
        [("x.yaml:9:9", "a name begins or ends with space")],
    ),
    "an unknown type": (
        "vault: shop\ntype: api_key",
        [("x.yaml:6:9", "unknown value")],
    ),
    "a moment that is none": (
        f"{OAUTH}expires_at: tomorrow",
        [("x.yaml:9:15", "not a moment in time")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CREDENTIALS, ids=[name.replace(" ", "-") for name in CREDENTIALS])
def test_a_mistake_in_a_credential_is_named_at_its_place(folder: Folder, name: str) -> None:
    spec, expected = CREDENTIALS[name]

    assert places(loaded(folder, "Credential", spec)) == expected


def test_what_was_meant_is_offered(folder: Folder) -> None:
    vault = loaded(folder, "Credential", CREDENTIALS["an unknown vault"][0])
    token = loaded(folder, "Credential", CREDENTIALS["a token in the manifest"][0])

    assert "Did you mean `shop`?" in said(vault)
    assert "A manifest must not contain a secret. Name its variable in `token_env`." in said(token)
    assert "abcdefgh" not in said(token)


NEW = "target: {{type: new_session, agent: clerk, input: Go.{more}}}"
PERIODIC = "type: periodic\nexpression: 0 8 * * *\ntimezone: UTC\n"
AUTOMATIONS = {
    "no zone": (
        f"type: once\nrun_at: '2031-12-24T08:00:00'\n{NEW.format(more='')}",
        [("x.yaml:6:11", "not a moment in time")],
    ),
    "no moment": (
        f"type: once\nrun_at: soon\n{NEW.format(more='')}",
        [("x.yaml:6:11", "not a moment in time")],
    ),
    "no schedule": (
        f"type: periodic\n{NEW.format(more='')}",
        [("x.yaml:5:9", "a schedule is not whole"), ("x.yaml:5:9", "a schedule is not whole")],
    ),
    "another schedule": (
        f"{PERIODIC}run_at: 1955000000\n{NEW.format(more='')}",
        [("x.yaml:8:11", "not a field of this schedule")],
    ),
    "no such agent": (
        f"{PERIODIC}target: {{type: new_session, agent: clrk, input: Go.}}",
        [("x.yaml:8:38", "unknown reference")],
    ),
    "no such template": (
        PERIODIC + NEW.format(more=", environment: {type: openai_hosted, template: dsk}"),
        [("x.yaml:8:102", "unknown reference")],
    ),
    "no such vault": (
        PERIODIC + NEW.format(more=", vaults: [shop, shp]"),
        [("x.yaml:8:72", "unknown reference")],
    ),
    "half a target": (
        f"{PERIODIC}target: {{type: new_session, agent: clerk}}",
        [("x.yaml:8:11", "a target is not whole")],
    ),
    "parts of another target": (
        f"{PERIODIC}target: {{type: existing_session, session_id: s, instructions: Go., agent: clerk}}",
        [("x.yaml:8:77", "not a field of this target")],
    ),
    "a self-hosted machine without a folder": (
        PERIODIC + NEW.format(more=", environment: {type: self_hosted}"),
        [("x.yaml:8:70", "a self-hosted environment needs a folder")],
    ),
    "a setting of another environment": (
        PERIODIC + NEW.format(more=", environment: {type: none, container_size: small}"),
        [("x.yaml:8:99", "not a setting of this environment")],
    ),
    "a cron by its own name": (
        f"type: periodic\ncron: 0 8 * * *\ntimezone: UTC\n{NEW.format(more='')}",
        [("x.yaml:5:9", "a schedule is not whole"), ("x.yaml:6:3", "unknown field")],
    ),
    "a target that is none": (f"{PERIODIC}target: clerk", [("x.yaml:8:11", "wrong type")]),
}  # fmt: skip


@pytest.mark.parametrize("name", AUTOMATIONS, ids=[name.replace(" ", "-") for name in AUTOMATIONS])
def test_a_mistake_in_an_automation_is_named_at_its_place(folder: Folder, name: str) -> None:
    spec, expected = AUTOMATIONS[name]

    assert places(loaded(folder, "Automation", spec)) == expected


LAYERED = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9}
spec:
  default_target: hosted
  targets: {hosted: {runtime: agents}}
  variables: {host: {default: a.example.com}, where: {default: skills}, who: {default: TOKEN}}
  defaults:
    credential: {metadata: {owner: care}, vault: shop}
    environment_template: {network: {access: disabled}}
  environments:
    prod:
      variables: {host: b.example.com, who: PROD_TOKEN}
      patches:
        - {address: credential.x, spec: {metadata: {tier: one}}}
"""


@pytest.mark.parametrize(
    ("environment", "host", "variable", "metadata"),
    [
        (None, "a", "TOKEN", {"owner": "care"}),
        ("prod", "b", "PROD_TOKEN", {"owner": "care", "tier": "one"}),
    ],
)
def test_defaults_variables_and_patches_reach_every_kind(
    folder: Folder, environment: str | None, host: str, variable: str, metadata: dict[str, str]
) -> None:
    spec = 'type: static_bearer\nmcp_server_url: "https://${var:host}/mcp"\ntoken_env: "${var:who}"'
    known = {"TOKEN": "one", "PROD_TOKEN": "two"}
    folder.write(**{"skills/refunds/SKILL.md": GOOD})

    found = loaded(folder, "Credential", spec, LAYERED, environment=environment, environ=known)

    made = only(found, "credential.x").spec
    assert made["mcp_server_url"] == f"https://{host}.example.com/mcp"
    assert made["token_env"] == Sensitive(known[variable], variable)
    assert made["metadata"] == metadata
    assert made["vault"] == Reference(Address("vault", "shop"))
    assert only(found, "environment_template.desk").spec["network"] == {"access": "disabled"}


def test_a_path_may_hold_a_variable(folder: Folder) -> None:
    folder.write(**{"skills/refunds/SKILL.md": GOOD, "skills/a.csv": "1"})
    skill = loaded(folder, "Skill", 'path: "${var:where}/refunds"', LAYERED)
    assert isinstance(only(skill, "skill.x").spec["files"]["SKILL.md"], Content)

    files = 'files: [{path: /workspace/a, source: "${var:where}/a.csv"}]'
    template = loaded(folder, "EnvironmentTemplate", files, LAYERED)
    assert only(template, "environment_template.x").spec["files"]["/workspace/a"].size == 1


@pytest.mark.parametrize("environ", [{}, {"TOKEN": ""}])
def test_a_secret_that_is_not_here_is_withheld(folder: Folder, environ: dict[str, str]) -> None:
    spec = f"{BEARER}mcp_server_url: https://a.example.com\ntoken_env: TOKEN"

    made = only(loaded(folder, "Credential", spec, environ=environ), "credential.x")

    assert made.spec["token_env"] == MissingSecret("TOKEN")


def test_a_secret_is_not_taken_from_a_sensitive_variable(folder: Folder) -> None:
    stack = STACK + "  variables: {who: {default: TOKEN, sensitive: true}}\n"
    spec = f'{BEARER}mcp_server_url: https://a.example.com\ntoken_env: "${{var:who}}"'

    assert places(loaded(folder, "Credential", spec, stack)) == [
        ("x.yaml:8:14", "a sensitive value cannot stand here")
    ]


@pytest.mark.parametrize("runtime", ["assistants", "responses"])
@pytest.mark.parametrize("kind", ["environment_template", "vault", "skill"])
def test_a_kind_that_a_runtime_lacks_is_named_and_can_be_dropped(
    folder: Folder, runtime: str, kind: str
) -> None:
    dropped = (
        f"{{runtime: {runtime}, server: embedded, drop: [environment_template, vault, skill]}}"
    )
    plain = f"{{runtime: {runtime}, server: embedded}}"
    stack = STACK.replace("{runtime: agents}", plain)
    first = loaded(folder, "Vault", "name: X", stack)
    assert any(
        kind in str(error) or kind.title().replace("_", "") in str(error) for error in errors(first)
    )

    assert errors(loaded(folder, "Vault", "name: X", stack.replace(plain, dropped))) == []
