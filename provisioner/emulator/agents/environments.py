"""The API of environments: the places where the agents of sessions work.

An environment is created by a request of its own, or together with a session. The word *selection*
means the description of an environment in a request, without its secrets. An automation stores a
selection, and an environment is provisioned from one. An environment cannot be deleted. It expires
after an hour without use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.agents import hosted, idempotency, templates
from provisioner.emulator.agents.api import conflict, gone, invalid, page, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.agents.vaults import check_vaults
from provisioner.emulator.core.call import (
    AGENTS,
    Answer,
    Call,
    Resource,
    Settings,
    Status,
    new_id,
)
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import skills

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "agent.environment"
IDLE_SECONDS = 3600
"""Seconds without use after which an environment expires."""
HOSTED, SELF_HOSTED = "openai_hosted", "self_hosted"
NOTHING: Json = {"type": "none"}
"""The selection of a session without an environment."""

CREATE = Body("EnvironmentCreateParams", LIMITS)


def create(call: Call) -> Answer:
    given = read(call, CREATE)
    # A client that repeats a request after a lost answer must not get a second environment.
    before = idempotency.done(call, KIND, given)
    if before is not None:
        return Status(201, find(call.db, before).body)
    check_vaults(call.db, given.get("vault_ids") or [])
    row = _provision(call.db, selection(call.db, given["environment"]), call.now)
    idempotency.remember(call, KIND, given, row.id)
    return Status(201, row.body)


def selection(db: Session, given: Json, path: str = "environment") -> Json:
    """Return the selection that a request contains, as an automation shows it.

    Raises ApiError if the selection is not allowed, or if its template does not exist.
    """
    if given["type"] == "none":
        return dict(NOTHING)
    if given["type"] == SELF_HOSTED:
        if not given["workspace_directory"].startswith("/"):
            where = f"{path}.workspace_directory"
            raise invalid(f"Invalid '{where}': expected an absolute path.", where)
        return {
            "type": SELF_HOSTED,
            "capability_directories": given.get("capability_directories") or [],
            "environment_id": None,
            "workspace_directory": given["workspace_directory"],
        }
    names = ("container_size", "environment_id", "environment_template_id")
    chosen = {name: given.get(name) for name in names}
    # An existing environment keeps the configuration with which it was created.
    if chosen["environment_id"] is not None and len(given) > len({"type", "environment_id"}):
        raise invalid(
            f"Invalid '{path}.environment_id': it cannot be combined with a template or inline "
            "configuration.",
            f"{path}.environment_id",
        )
    made: Json = {"type": HOSTED} | chosen | hosted.kept(given, f"{path}.")
    template_id = chosen["environment_template_id"]
    if template_id is not None:
        template = templates.find(db, template_id, f"{path}.environment_template_id")
        if made["network"] is not None:
            hosted.check_not_broader(made["network"], template.body["network"])
    return made


def of_session(db: Session, chosen: Json, now: int) -> Json:
    """Return the environment of a new session, as the session shows it.

    It is the existing one that the selection `chosen` names, or a new one.
    Raises ApiError if the existing one is unknown or has expired.
    """
    if chosen["type"] == "none":
        return dict(NOTHING)
    if chosen.get("environment_id") is not None:
        row = find(db, chosen["environment_id"], "environment.environment_id")
        check_usable(row)
    else:
        row = _provision(db, chosen, now)
    touch(db, row, now)
    # A session shows more fields of its environment than the API of environments does.
    shown: Json = row.hidden
    return shown


def _provision(db: Session, chosen: Json, now: int) -> Row:
    """Create and return the environment that the selection `chosen` describes.

    Raises ApiError if one of its files or skills does not exist.
    """
    made = _self_hosted(chosen) if chosen["type"] == SELF_HOSTED else _hosted(db, chosen)
    body: Json = {
        "id": made["id"],
        "object": KIND,
        "type": made["type"],
        # No program connects here, so a self-hosted environment counts as connected at once.
        "status": "connected" if made["type"] == SELF_HOSTED else "ready",
        "files": made.get("files", []),
        "plugins": made.get("plugins", []),
        "skills": made.get("skills", []),
    }
    row = db.insert(Row(KIND, "", made["id"], body, made, tag=made["type"]))
    touch(db, row, now)
    return row


def _self_hosted(chosen: Json) -> Json:
    name = new_id("env_")
    return {
        "id": name,
        "type": SELF_HOSTED,
        "capability_directories": chosen["capability_directories"],
        # Names under `.invalid` never resolve (RFC 2606), so no program connects there by mistake.
        "remote_url": f"wss://embedded.invalid/{name}",
        "workspace_directory": chosen["workspace_directory"],
    }


def _hosted(db: Session, chosen: Json) -> Json:
    template_id = chosen["environment_template_id"]
    template = None if template_id is None else templates.find(db, template_id).body
    made = hosted.with_defaults(chosen, template)
    return {
        "id": new_id("env_"),
        "type": HOSTED,
        "container_size": chosen["container_size"] or "medium",
        **made,
        "files": [_file(db, file) for file in made["files"]],
        "skills": [_skill(db, skill) for skill in made["skills"]],
    }


def _file(db: Session, file: Json) -> Json:
    if file["type"] == "inline":
        return {"id": new_id("envfile_"), **file}
    uploaded = db.find("file", file["file_id"])
    if uploaded is None:
        raise gone("file", file["file_id"], "environment.files")
    return {"id": new_id("envfile_"), **file, "size_bytes": uploaded.body["bytes"]}


def _skill(db: Session, skill: Json) -> Json:
    if skill["type"] == "inline":
        return skill
    version = skills.version_of(db, skill["skill_id"], skill["version"])
    if version is None:
        raise gone("skill", skill["skill_id"], "environment.skills")
    # The request may ask for the default or the latest version. The session shows the number of that
    # version at this moment.
    named = {key: version.body[key] for key in ("name", "description", "version")}
    return {"type": "skill_reference", "skill_id": skill["skill_id"], **named}


def touch(db: Session, row: Row, now: int) -> None:
    """Record that an environment is used now, which postpones its expiry."""
    # A self-hosted environment is a machine of the user and does not expire.
    if row.tag == HOSTED:
        row.due = now + IDLE_SECONDS
        db.save(row)


def check_usable(row: Row) -> None:
    """Raise ApiError if an environment has expired."""
    if row.body["status"] == "expired":
        raise conflict(f"Environment {row.id} has expired.")


def expire(db: Session, row: Row, _settings: Settings) -> None:
    """Let an environment expire; it stays readable. This is the alarm of hosted environments."""
    row.body["status"] = "expired"
    row.due = None
    db.save(row)


def _page(call: Call, of: str, parent: str) -> Answer:
    kind = call.query.get("type", HOSTED)
    if kind != HOSTED:
        raise invalid(
            f"Invalid value: '{kind}'. Supported values are: '{HOSTED}'.",
            "type",
        )
    return page(call, of, parent, tag=HOSTED)


def find(db: Session, environment_id: str, param: str | None = None) -> Row:
    """Return an environment.

    Raises ApiError, with `param` as the wrong parameter, if it does not exist.
    """
    row = db.find(KIND, environment_id)
    if row is None:
        raise gone("environment", environment_id, param)
    return row


COLLECTION = Collection(
    kind=KIND, path="/agents/environments", noun="environment", gone=gone, page=_page
)
RESOURCE = Resource(
    routes=COLLECTION.routes("list get", create=create), alarms={KIND: expire}, beta=AGENTS
)
