"""The start of a session, by a request or by an automation that is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from provisioner.emulator.agents import agents, environments, turns, vaults
from provisioner.emulator.agents import config as agent_config
from provisioner.emulator.agents import session_log as log
from provisioner.emulator.agents.api import gone, invalid
from provisioner.emulator.core.call import new_id
from provisioner.emulator.core.errors import ApiError
from provisioner.emulator.core.models import MODELS
from provisioner.emulator.core.store import Row

if TYPE_CHECKING:
    from provisioner.emulator.core.call import Settings
    from provisioner.emulator.core.store import Json, Session

LOCAL = "agtlocal_"
"""The beginning of the ids of agents that are not saved."""


@dataclass(frozen=True, slots=True)
class Start:
    """The attributes of a session that is about to begin. None of them is secret.

    `agent_id` and `agent_name` are None if the agent is not saved. `asked` is the configuration of
    the agent as it was requested, without defaults. `environment` is the description of the
    environment, in the form that `environments.selection` returns.
    """

    agent_id: str | None
    agent_name: str | None
    asked: Json
    environment: Json
    messages: list[Json]
    metadata: Json
    vault_ids: list[str]


def agent_of(db: Session, given: Json, path: str = "") -> tuple[str | None, str | None, Json]:
    """Return (id, name, configuration) of the agent for a session. Raises ApiError for an unknown one.

    The id and the name are None if the request describes the agent inline. `path` is the beginning
    of the paths in errors.
    """
    inline = agent_config.without_secrets(given.get("agent", {}))
    agent_id = given.get("agent_id")
    if agent_id is None:
        agent_config.need_model(inline, f"{path}agent.model")
        return None, None, agent_config.merged({}, inline)
    # Clients see such an id in a session whose agent was described inline, and may send it back.
    if agent_id.startswith(LOCAL):
        raise ApiError(
            f"Agent {agent_id} belongs to a session and was never saved.",
            param=f"{path}agent_id",
            code="agent_not_persisted",
        )
    # Fields in the request override those of the saved agent, and only for this session.
    saved = agents.find(db, agent_id, f"{path}agent_id")
    return agent_id, saved.body["name"], agent_config.merged(saved.hidden["asked"], inline)


def check_model(model: str, moment: float, param: str) -> None:
    """Raise ApiError for a model that has been shut down. A name that is not listed is accepted."""
    date = MODELS.get(model, {}).get("shutdown_date")
    if date is not None and datetime.fromtimestamp(moment, UTC).date().isoformat() >= date:
        raise ApiError(
            f"The model '{model}' does not exist or you do not have access to it.",
            status=404,
            param=param,
            code="model_not_found",
        )


def check_tools(db: Session, tools: list[Json], environment: Json, vault_ids: list[str]) -> None:
    """Raise ApiError if a session cannot use one of its tools.

    Computer use needs a hosted environment. A credential must be in a vault that the session has.
    """
    for index, tool in enumerate(tools):
        path = f"agent.tools[{index}]"
        if tool["type"] == "computer_use" and environment["type"] != environments.HOSTED:
            raise invalid(
                f"Invalid '{path}': computer use needs an OpenAI-hosted environment.", path
            )
        credential_id = tool.get("credential_id")
        if credential_id is not None and not _attached(db, credential_id, vault_ids):
            raise gone("credential", credential_id, f"{path}.credential_id")


def _attached(db: Session, credential_id: str, vault_ids: list[str]) -> bool:
    return any(db.find(vaults.CREDENTIAL, credential_id, vault) for vault in vault_ids)


def begin(db: Session, new: Start, moment: float, settings: Settings, **dials: object) -> Row:
    """Insert and return a session, with its first turn if it has input.

    `dials` are further fields of the session, which replace their defaults. Raises ApiError if the
    model, a tool, a vault or the environment cannot be used.
    """
    agent = agent_config.of_session(new.asked)
    check_model(agent["model"], moment, "agent.model")
    check_tools(db, agent["tools"], new.environment, new.vault_ids)
    vaults.check_vaults(db, new.vault_ids)
    now = int(moment)
    # An inline agent gets an id too: clients filter sessions by the id of the agent.
    agent_id = new.agent_id or new_id(LOCAL)
    body: Json = {
        "id": new_id("sess_"),
        "object": log.SESSION,
        "created_at": now,
        "last_active_at": now,
        "agent": {"id": agent_id, "name": new.agent_name, **agent},
        "environment": environments.of_session(db, new.environment, now),
        "error": None,
        "metadata": new.metadata,
        "prompt_cache_options": None,
        "required_actions": [],
        "spend_control": {"consumed": 0, "limit": None},
        "status": "idle",
        "usage": None,
        "vault_ids": new.vault_ids,
        **dials,
    }
    hidden = {"asked": new.asked, "spent": 0.0}
    session = db.insert(Row(log.SESSION, "", body["id"], body, hidden, tag=agent_id))
    log.tell(db, session, "created", session=session.body)
    if new.messages:
        turns.start(db, session, new.messages, moment, settings)
    return session
