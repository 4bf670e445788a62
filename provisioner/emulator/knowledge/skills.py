"""Skills and their versions. A skill has no fields of its own: its default version names it.

Versions are immutable. The default one cannot be deleted; with the last one goes the skill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core import lists
from provisioner.emulator.core.call import Answer, Call, Content, Resource, Route, new_id
from provisioner.emulator.core.errors import ApiError, invalid_value, not_found
from provisioner.emulator.core.shapes import closed, text
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.skill_uploads import Bundle, bundle_of

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "skill"
VERSION = "skill.version"
LATEST = "latest"
UPDATE = Body(closed({"default_version": text(shortest=1)}, "default_version"))


def create(call: Call) -> Answer:
    bundle = bundle_of(call)
    body: Json = {"id": new_id("skill_"), "object": KIND, "created_at": call.now}
    skill = call.db.insert(Row(KIND, "", body["id"], body, {"versions": 0}))
    _add(call, skill, bundle, default=True)
    return call.db.save(skill).body


def _add(call: Call, skill: Row, bundle: Bundle, *, default: bool) -> Row:
    skill.hidden["versions"] += 1
    number = str(skill.hidden["versions"])
    body: Json = {
        "id": new_id("skillver_"),
        "object": VERSION,
        "created_at": call.now,
        "skill_id": skill.id,
        "version": number,
        "name": bundle.name,
        "description": bundle.description,
    }
    row = call.db.insert(Row(VERSION, skill.id, body["id"], body, tag=number))
    call.db.put_content(row.id, bundle.archive)
    skill.body["latest_version"] = number
    if default:
        _set_default(skill, row)
    return row


def _set_default(skill: Row, version: Row) -> None:
    skill.body["default_version"] = version.body["version"]
    skill.body |= {key: version.body[key] for key in ("name", "description")}


def retrieve(call: Call, skill_id: str) -> Answer:
    return find(call.db, skill_id).body


def listing(call: Call) -> Answer:
    return lists.page(call.db, _forward(call), KIND)


def _forward(call: Call) -> dict[str, str]:
    return {key: value for key, value in call.query.items() if key != "before"}


def update(call: Call, skill_id: str) -> Answer:
    skill = find(call.db, skill_id)
    given = call.body(UPDATE)
    version = version_of(call.db, skill_id, given["default_version"])
    if version is None:
        raise invalid_value(
            f"Skill {skill_id} has no version '{given['default_version']}'.", "default_version"
        )
    _set_default(skill, version)
    return call.db.save(skill).body


def delete(call: Call, skill_id: str) -> Answer:
    skill = find(call.db, skill_id)
    for version in call.db.children(VERSION, skill_id):
        _remove(call.db, version)
    call.db.delete(skill)
    return {"id": skill_id, "object": "skill.deleted", "deleted": True}


def _remove(db: Session, version: Row) -> None:
    db.delete_content(version.id)
    db.delete(version)


def content(call: Call, skill_id: str) -> Answer:
    skill = find(call.db, skill_id)
    return version_content(call, skill_id, skill.body["default_version"])


def create_version(call: Call, skill_id: str) -> Answer:
    skill = find(call.db, skill_id)
    default = call.request.form.get("default", "false")
    if default not in {"true", "false"}:
        raise invalid_value("Invalid 'default': expected 'true' or 'false'.", "default")
    version = _add(call, skill, bundle_of(call), default=default == "true")
    call.db.save(skill)
    return version.body


def list_versions(call: Call, skill_id: str) -> Answer:
    find(call.db, skill_id)
    return lists.page(call.db, _forward(call), VERSION, skill_id)


def retrieve_version(call: Call, skill_id: str, version: str) -> Answer:
    return find_version(call.db, skill_id, version).body


def version_content(call: Call, skill_id: str, version: str) -> Answer:
    return Content(call.db.content(find_version(call.db, skill_id, version).id))


def delete_version(call: Call, skill_id: str, version: str) -> Answer:
    skill = find(call.db, skill_id)
    row = find_version(call.db, skill_id, version)
    rest = [one for one in call.db.children(VERSION, skill_id) if one.id != row.id]
    if rest and row.tag == skill.body["default_version"]:
        raise ApiError(
            f"Version {row.tag} is the default version of skill {skill_id} and cannot be deleted.",
            param="version",
        )
    _remove(call.db, row)
    if rest:
        skill.body["latest_version"] = rest[-1].tag
        call.db.save(skill)
    else:
        call.db.delete(skill)
    return {"id": row.id, "object": f"{VERSION}.deleted", "deleted": True, "version": row.tag}


def find(db: Session, skill_id: str) -> Row:
    row = db.find(KIND, skill_id)
    if row is None:
        raise not_found("skill", skill_id)
    return row


def find_version(db: Session, skill_id: str, version: str) -> Row:
    find(db, skill_id)
    row = version_of(db, skill_id, version)
    if row is None:
        raise not_found("skill version", version)
    return row


def version_of(db: Session, skill_id: str, selector: str | None) -> Row | None:
    """A version by number or `latest`; the default one without a selector."""
    skill = db.find(KIND, skill_id)
    if skill is None:
        return None
    if selector is None or selector == LATEST:
        selector = skill.body["latest_version" if selector == LATEST else "default_version"]
    found = db.children(VERSION, skill_id, selector)
    return found[0] if found else None


RESOURCE = Resource(
    routes=(
        Route("POST", "/skills", create),
        Route("GET", "/skills", listing),
        Route("GET", "/skills/<skill_id>", retrieve),
        Route("POST", "/skills/<skill_id>", update),
        Route("DELETE", "/skills/<skill_id>", delete),
        Route("GET", "/skills/<skill_id>/content", content),
        Route("POST", "/skills/<skill_id>/versions", create_version),
        Route("GET", "/skills/<skill_id>/versions", list_versions),
        Route("GET", "/skills/<skill_id>/versions/<version>", retrieve_version),
        Route("DELETE", "/skills/<skill_id>/versions/<version>", delete_version),
        Route("GET", "/skills/<skill_id>/versions/<version>/content", version_content),
    ),
)
