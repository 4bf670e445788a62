"""A small stack with every kind that lives on `agents`, and what becomes of it: for sweeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.support.hosted import addresses, row_of, rows, uploaded
from tests.support.stories import STACK, manifest

if TYPE_CHECKING:
    from tests.support.stories import World

Json = dict[str, Any]

HOSTED: Final = {
    **STACK,
    "spec": {
        "default_target": "hosted",
        "targets": {"hosted": {"runtime": "agents", "server": "embedded"}},
        "guards": {"max_delete_percent": 100},
    },
}
PLACES: Final = [
    "assistant.clerk",
    "automation.weekly",
    "credential.depot",
    "environment_template.desk",
    "skill.refunds",
    "vault.shop",
]
TOKEN: Final = "depot-token-one"  # noqa: S105 - what a vault is given
OTHER_TOKEN: Final = "depot-token-two"  # noqa: S105 - and what it is given next
SKILL: Final = "---\nname: refunds\ndescription: Refund an order.\n---\n{}\n"
MCP: Final = "https://mcp.example.com/depot"


def documents(
    *, tone: str = "dry", url: str = MCP, agent: str = "clerk", type: str = "periodic"
) -> list[Json]:
    """The manifests. `url` makes the credential anew, `type` the automation."""
    when: Json = {"expression": "0 8 * * 1", "timezone": "UTC"}
    if type == "once":
        when = {"run_at": "2031-12-24T08:00:00Z"}
    return [
        HOSTED,
        manifest("Vault", "shop", metadata={"tone": tone}),
        manifest(
            "Credential",
            "depot",
            vault="shop",
            type="static_bearer",
            mcp_server_url=url,
            token_env="DEPOT_TOKEN",  # noqa: S106 - the name of a variable
        ),
        manifest("Skill", "refunds", path="refunds"),
        manifest(
            "EnvironmentTemplate",
            "desk",
            env={"TONE": tone},
            files=[{"path": "/workspace/rates.csv", "source": "rates.csv"}],
            skills=[{"skill": "refunds"}],
        ),
        manifest(
            "Assistant",
            "clerk",
            model="gpt-6.1-terra",
            instructions=f"Be {tone}.",
            tools=[
                {"type": "mcp", "server_label": "depot", "server_url": url, "credential": "depot"}
            ],
            session={"environment": {"type": "openai_hosted", "template": "desk"}},
        ),
        manifest(
            "Automation",
            "weekly",
            type=type,
            **when,
            target={
                "type": "new_session",
                "agent": agent,
                "input": f"Report, {tone}.",
                "environment": {"type": "openai_hosted", "template": "desk"},
                "vaults": ["shop"],
            },
            paused=True,
        ),
    ]


def _written(world: World, made_of: list[Json], text: str, token: str) -> None:
    world.options = replace(world.options, environ={"DEPOT_TOKEN": token})
    world.put("rates.csv", "a,b\n1,2\n")
    world.put("refunds/SKILL.md", SKILL.format(text))
    world.write(made_of)


def first(world: World) -> None:
    """The resources of the first apply."""
    _written(world, documents(), "Ask first.", TOKEN)


def updated(world: World) -> None:
    """Every object changed in place; the skill gets a version, the credential a new secret."""
    _written(world, documents(tone="warm"), "Ask twice.", OTHER_TOKEN)


def replaced(world: World) -> None:
    """The credential and the automation made anew, and who refers to them pointed there."""
    _written(world, documents(url=f"{MCP}/2", type="once"), "Ask first.", TOKEN)


def check(world: World) -> None:
    """Everything is there, once, and says what the manifests say."""
    assert addresses(world) == PLACES
    assert {kind: len(rows(world, kind)) for kind in ("vault", "credential", "skill")} == {
        "vault": 1,
        "credential": 1,
        "skill": 1,
    }
    skill, template = row_of(world, "skill.refunds"), row_of(world, "environment_template.desk")
    said = (world.manifests / "refunds" / "SKILL.md").read_text("utf-8").rpartition("---\n")[2]
    assert uploaded(world, skill["id"])["refunds/SKILL.md"].endswith(f"---\n{said}")
    assert [one["skill_id"] for one in template["skills"]] == [skill["id"]]
    assert row_of(world, "automation.weekly")["status"] == "paused"
    tools = row_of(world, "assistant.clerk")["tools"]
    assert [t["credential_id"] for t in tools] == [row_of(world, "credential.depot")["id"]]
