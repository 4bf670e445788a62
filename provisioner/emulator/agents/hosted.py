"""The configuration of an OpenAI-hosted environment, which templates and sessions share.

Only the fields that the platform shows are stored. Environment variables, setup commands and the
bytes of inline files and archives are checked and then dropped, because nothing runs them here.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from provisioner.emulator.agents.api import invalid

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

WORKSPACE = "/workspace"
"""The folder that must contain every file of an environment."""
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)
"""Matches a hostname without wildcards."""

# The values of fields that neither a request nor its template sets.
DEFAULTS: Json = {
    "capability_directories": [],
    "desktop": {"enabled": False},
    "files": [],
    "network": {"access": "enabled", "allowed_domains": []},
    "packages": {"npm": [], "python": [], "system": []},
    "plugins": [],
    "skills": [],
}


def kept(given: Json, path: str) -> Json:
    """Return the given fields as a client reads them. A field that is not given is null.

    Fields that no client can read are left out. `path` is the beginning of the paths in errors.
    Raises ApiError for a value that the platform refuses.
    """
    for index, command in enumerate(given.get("setup_commands") or []):
        cwd = command.get("cwd")
        if cwd is not None and not cwd.startswith("/"):
            where = f"{path}setup_commands[{index}].cwd"
            raise invalid(f"Invalid '{where}': expected an absolute path.", where)
    known: dict[str, Any] = {
        "files": _files,
        "network": _network,
        "packages": _packages,
        "plugins": _archives,
        "skills": _skills,
    }
    result: Json = {}
    # `DEFAULTS` has every field that a client can read. All others are dropped here.
    for name in DEFAULTS:
        value = given.get(name)
        keep = known.get(name)
        result[name] = keep(value, f"{path}{name}") if keep and value is not None else value
    return result


def _packages(given: Json, _path: str) -> Json:
    return {kind: given.get(kind) or [] for kind in DEFAULTS["packages"]}


def _files(given: list[Json], path: str) -> list[Json]:
    seen: set[str] = set()
    made = []
    for index, file in enumerate(given):
        made.append(kept_file(file, f"{path}[{index}]."))
        if file["path"] in seen:
            where = f"{path}[{index}].path"
            raise invalid(f"Invalid '{where}': the path is given twice.", where)
        seen.add(file["path"])
    return made


def kept_file(given: Json, path: str) -> Json:
    """Return a file as a client reads it, an inline one without its bytes.

    Raises ApiError for a path outside of WORKSPACE, and for data that is not base64.
    """
    where = f"{path}path"
    if not given["path"].startswith(f"{WORKSPACE}/") or ".." in given["path"].split("/"):
        raise invalid(f"Invalid '{where}': expected a path inside '{WORKSPACE}'.", where)
    if given["type"] == "file_id":
        return given
    size = len(_decoded(given["data"], f"{path}data"))
    return {"type": "inline", "path": given["path"], "size_bytes": size}


def _decoded(data: str, where: str) -> bytes:
    """Return the bytes of base64. Raises ApiError if the text is not base64."""
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        raise invalid(f"Invalid '{where}': expected standard base64.", where) from None


def _archives(given: list[Json], path: str) -> list[Json]:
    return [_archive(archive, f"{path}[{index}]") for index, archive in enumerate(given)]


def _archive(given: Json, path: str) -> Json:
    """Return a plugin or skill without its archive. Raises ApiError if the archive is not a zip."""
    where = f"{path}.source.data"
    if not zipfile.is_zipfile(io.BytesIO(_decoded(given["source"]["data"], where))):
        raise invalid(f"Invalid '{where}': expected a ZIP archive.", where)
    return {key: given[key] for key in ("type", "name", "description")}


def _skills(given: list[Json], path: str) -> list[Json]:
    return [
        _archive(skill, f"{path}[{index}]")
        if skill["type"] == "inline"
        else {"version": None} | skill
        for index, skill in enumerate(given)
    ]


def _network(given: Json, path: str) -> Json:
    """Return a network policy as a client reads it.

    Raises ApiError if its fields contradict each other.
    """
    allowed = given.get("allowed_domains") or []
    blocked = given.get("blocked_domains") or []
    restricted = given["access"] == "restricted"
    if (allowed or blocked) and not restricted:
        raise invalid(f"Invalid '{path}': domains need 'access' to be 'restricted'.", path)
    if allowed and blocked:
        raise invalid(
            f"Invalid '{path}': 'allowed_domains' and 'blocked_domains' exclude each other.", path
        )
    if restricted and not (allowed or blocked):
        raise invalid(f"Invalid '{path}': restricted access needs at least one domain.", path)
    for domain in allowed + blocked:
        if HOST.fullmatch(domain) is None:
            raise invalid(f"Invalid '{path}': '{domain}' is not an exact host.", path)
    # As on the platform, the blocked domains are never shown.
    return {"access": given["access"], "allowed_domains": allowed}


def with_defaults(given: Json, under: Json | None = None) -> Json:
    """Return every field of an environment: as given, else from the template `under`, else by default."""
    base = DEFAULTS | {key: value for key, value in (under or {}).items() if value is not None}
    return {name: base[name] if given.get(name) is None else given[name] for name in DEFAULTS}


def check_not_broader(network: Json, template: Json) -> None:
    """Raise ApiError if a network policy allows more than the policy of its template."""
    width = ("disabled", "restricted", "enabled")
    wanted, allowed = width.index(network["access"]), width.index(template["access"])
    stray = set(network["allowed_domains"]) - set(template["allowed_domains"])
    # A template with `blocked_domains` shows no allowed ones, so there is no list to compare with.
    both_listed = network["access"] == "restricted" and bool(template["allowed_domains"])
    if wanted > allowed or (wanted == allowed and both_listed and stray):
        raise invalid(
            "Invalid 'environment.network': it cannot broaden its template's policy.",
            "environment.network",
        )
