"""Skills and their versions. A skill shows the name and description of its default version.

Versions are immutable. The default version cannot be deleted while there are other versions. When
the last version is deleted, the skill is deleted too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, Content, Resource, new_id
from provisioner.emulator.core.collections import Collection, page_forward
from provisioner.emulator.core.errors import ApiError, invalid_value, not_found
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge.limits import LIMITS
from provisioner.emulator.knowledge.skill_uploads import Bundle, bundle_of

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "skill"
VERSION = "skill.version"
LATEST = "latest"
UPDATE = Body("SkillUpdateParams", LIMITS)


def create(call: Call) -> Answer:
    bundle = bundle_of(call)
    body: Json = {"id": new_id("skill_"), "object": KIND, "created_at": call.now}
    skill = call.db.insert(Row(KIND, "", body["id"], body, {"versions": 0}))
    _add(call, skill, bundle, default=True)
    return call.db.save(skill).body


def _add(call: Call, skill: Row, bundle: Bundle, *, default: bool) -> Row:
    """Add a version to a skill and return it. The caller saves the skill."""
    # The counter never goes back, so the number of a deleted version is not used again.
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
    """Make a version the default of its skill. The caller saves the skill."""
    skill.body["default_version"] = version.body["version"]
    skill.body |= {key: version.body[key] for key in ("name", "description")}


def update(call: Call, skill: Row) -> Answer:
    given = call.body(UPDATE)
    version = version_of(call.db, skill.id, given["default_version"])
    if version is None:
        raise invalid_value(
            f"Skill {skill.id} has no version '{given['default_version']}'.", "default_version"
        )
    _set_default(skill, version)
    return call.db.save(skill).body


def remove(db: Session, skill: Row) -> None:
    for version in db.children(VERSION, skill.id):
        _remove_version(db, version)
    db.delete(skill)


def _remove_version(db: Session, version: Row) -> None:
    db.delete_content(version.id)
    db.delete(version)


def content(call: Call, skill: Row) -> Answer:
    version = find_version(call.db, skill.id, skill.body["default_version"])
    return version_content(call, version)


def create_version(call: Call, skill: Row) -> Answer:
    default = call.request.form.get("default", "false")
    if default not in {"true", "false"}:
        raise invalid_value("Invalid 'default': expected 'true' or 'false'.", "default")
    version = _add(call, skill, bundle_of(call), default=default == "true")
    call.db.save(skill)
    return version.body


def version_content(call: Call, row: Row) -> Answer:
    return Content(call.db.content(row.id))


def delete_version(call: Call, row: Row) -> Answer:
    skill = SKILLS.find(call.db, row.parent)
    rest = [one for one in call.db.children(VERSION, skill.id) if one.id != row.id]
    if rest and row.tag == skill.body["default_version"]:
        raise ApiError(
            f"Version {row.tag} is the default version of skill {skill.id} and cannot be deleted.",
            param="version",
        )
    _remove_version(call.db, row)
    if rest:
        skill.body["latest_version"] = rest[-1].tag
        call.db.save(skill)
    else:
        call.db.delete(skill)
    return {"id": row.id, "object": f"{VERSION}.deleted", "deleted": True, "version": row.tag}


def find_version(db: Session, skill_id: str, version: str) -> Row:
    """Return a version by its number or `latest`.

    Raises ApiError if it or the skill does not exist.
    """
    SKILLS.find(db, skill_id)
    row = version_of(db, skill_id, version)
    if row is None:
        raise not_found("skill version", version)
    return row


def version_of(db: Session, skill_id: str, selector: str | None) -> Row | None:
    """Return a version by `selector`: its number, `latest`, or None for the default version.

    Returns None if there is no such skill or version.
    """
    skill = db.find(KIND, skill_id)
    if skill is None:
        return None
    if selector is None or selector == LATEST:
        selector = skill.body["latest_version" if selector == LATEST else "default_version"]
    found = db.children(VERSION, skill_id, selector)
    return found[0] if found else None


class _Versions(Collection):
    """The versions of a skill. A URL names a version by its number, and not by its id."""

    def find(self, db: Session, *ids: str) -> Row:
        skill_id, version = ids
        return find_version(db, skill_id, version)


SKILLS = Collection(kind=KIND, path="/skills", noun="skill", page=page_forward, remove=remove)
VERSIONS = _Versions(kind=VERSION, path="/skills/<id>/versions", above=SKILLS, page=page_forward)
RESOURCE = Resource(
    routes=(
        *SKILLS.routes(
            "list get delete", create=create, update=update, each={"GET content": content}
        ),
        *VERSIONS.routes(
            "list get",
            create=create_version,
            each={"DELETE": delete_version, "GET content": version_content},
        ),
    ),
)
