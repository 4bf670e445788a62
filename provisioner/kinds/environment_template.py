"""The kind EnvironmentTemplate: the contents of the container of an agent's session.

Templates have no metadata, so the mark is in the name. The server never returns variables, commands
and the bytes of files, so digests in the mark show whether they have changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from provisioner.kinds.environment_template_schema import PROPERTIES
from provisioner.kinds.sessions import id_of
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Kind, Problem
from provisioner.model.mark_location import in_text, unmarked
from provisioner.model.provider import Body, Row
from provisioner.model.value import Content, RemoteId, Spec, revealed

NAME: Final = "environment_template"
LONGEST: Final = 256
"""The most characters of a name."""
WORKSPACE: Final = "/workspace/"
"""The folder that must contain every file."""
MOST_INLINE: Final = 5_000_000
"""The most bytes of a file that a request may contain."""
_PLAIN: Final = ("capability_directories", "desktop", "env", "network", "packages")
"""The fields that have the same name and value in the API."""
_PACKAGES: Final = ("python", "npm", "system")
_DEFAULTS: Final[Mapping[str, Any]] = {
    "capability_directories": [],
    "desktop": {"enabled": False},
    "files": {},
    "packages": {name: [] for name in _PACKAGES},
    "plugins": {},
    "skills": [],
}


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of a template that the schema cannot express."""
    seen: set[str] = set()
    for index, file in enumerate(spec.get("files") or ()):
        path = ("files", index, "path")
        # `..` would lead a file out of the only folder in which the platform accepts files.
        if not file["path"].startswith(WORKSPACE) or ".." in file["path"].split("/"):
            detail = f"The path must be below `{WORKSPACE}`, such as `{WORKSPACE}rates.csv`."
            yield Problem(path, codes.NOT_A_WORKSPACE_PATH, detail)
        if file["path"] in seen:
            detail = f"An earlier entry already has `{file['path']}`."
            yield Problem(path, codes.SAME_PATH_TWICE, detail)
        seen.add(file["path"])
        yield from _too_large(file.get("source"), ("files", index, "source"))
    for index, skill in enumerate(spec.get("skills") or ()):
        if ("skill" in skill) == ("skill_id" in skill):
            detail = "Write `skill`, the name of a `kind: Skill`, or `skill_id`, the id of any other skill."
            yield Problem(("skills", index), codes.SKILL_NAMED_TWICE, detail)
    for index, plugin in enumerate(spec.get("plugins") or ()):
        yield from _too_large(plugin.get("path"), ("plugins", index, "path"))
    yield from _network(spec.get("network") or {})


def _too_large(content: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for a file that is too large for a request."""
    if isinstance(content, Content) and content.size > MOST_INLINE:
        detail = (
            f"`{content.path}` has {content.size:,} bytes; at most {MOST_INLINE:,} are allowed."
        )
        yield Problem(path, codes.FILE_TOO_LARGE, detail)


def _network(network: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if the lists of domains do not fit the access."""
    lists = [name for name in ("allowed_domains", "blocked_domains") if network.get(name)]
    restricted = network.get("access") == "restricted"
    if lists and not restricted:
        detail = f"`{lists[0]}` needs `access: restricted`."
        yield Problem(("network", lists[0]), codes.DOMAINS_WITHOUT_RESTRICTION, detail)
    elif restricted and len(lists) != 1:
        detail = "`access: restricted` needs `allowed_domains` or `blocked_domains`, and not both."
        yield Problem(("network",), codes.RESTRICTION_NOT_WHOLE, detail)


def normalise(spec: Spec) -> Spec:
    """Return the normal form of a template's spec, in which it is compared.

    Files are keyed by path, plugins by name, and commands have their long form.
    """
    normal = dict(spec)
    if "files" in normal:
        normal["files"] = {file["path"]: _sent(file["source"]) for file in normal["files"]}
    if "plugins" in normal:
        normal["plugins"] = {
            one["name"]: {"description": one["description"], "archive": _sent(one["path"])}
            for one in normal["plugins"]
        }
    if "setup_commands" in normal:
        normal["setup_commands"] = [
            {"command": one} if not isinstance(one, Mapping) else one
            for one in normal["setup_commands"]
        ]
    return normal


def _sent(content: Any) -> Any:
    """Return a copy of a file's Content that is sent as base64; any other value unchanged."""
    return replace(content, base64=True) if isinstance(content, Content) else content


def to_wire(spec: Spec, ids: Ids) -> Body:
    """Return the request body for a template's spec, or for a part of it.

    A field that is None is set to its default.
    """
    spec = revealed(spec)
    body = {name: spec[name] for name in (*_PLAIN, "setup_commands") if name in spec}
    if "files" in spec:
        files = (spec["files"] or {}).items()
        body["files"] = [{"type": "inline", "path": path, "data": data} for path, data in files]
    if "plugins" in spec:
        plugins = (spec["plugins"] or {}).items()
        body["plugins"] = [_plugin_to_wire(name, plugin) for name, plugin in plugins]
    if "skills" in spec:
        body["skills"] = [_skill_to_wire(skill, ids) for skill in spec["skills"] or []]
    return body


def _plugin_to_wire(name: str, plugin: Mapping[str, Any]) -> Body:
    source = {"type": "base64", "media_type": "application/zip", "data": plugin["archive"]}
    return {
        "type": "inline",
        "name": name,
        "description": plugin["description"],
        "source": source,
    }


def _skill_to_wire(skill: Mapping[str, Any], ids: Ids) -> Body:
    id = skill.get("skill_id") or id_of(skill["skill"], ids)
    version = {"version": skill["version"]} if "version" in skill else {}
    return {"type": "skill_reference", "skill_id": id, **version}


def from_wire(row: Row) -> NormalForm:
    """Return a live template in normal form.

    A file has its size, because the server returns no bytes.
    """
    spec: dict[str, Any] = {name: row[name] for name in _PLAIN if row.get(name) is not None}
    if name := unmarked(str(row.get("name") or "")):
        spec["name"] = name
    spec["files"] = {str(file["path"]): _file(file) for file in row.get("files") or []}
    spec["plugins"] = {
        str(one["name"]): {"description": one.get("description")}
        for one in row.get("plugins") or []
    }
    spec["skills"] = [_skill(skill) for skill in row.get("skills") or []]
    return NormalForm(spec)


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    # No manifest names a file by id. Somebody else added this one, so it shows as a difference.
    if file.get("type") == "file_id":
        return {"file_id": file.get("file_id")}
    return {"size": file.get("size_bytes")}


def _skill(skill: Mapping[str, Any]) -> dict[str, Any]:
    if skill.get("type") != "skill_reference":
        return {"inline": skill.get("name")}
    version = {"version": skill["version"]} if skill.get("version") else {}
    return {"skill": RemoteId("skill", str(skill.get("skill_id"))), **version}


def complete(spec: Spec) -> Spec:
    """Return a spec in which each missing list of packages or domains is an empty list.

    A skill that is no resource of the manifests is named by `skill_id`.
    """
    filled = dict(spec)
    if isinstance(packages := spec.get("packages"), Mapping):
        filled["packages"] = {name: packages.get(name) or [] for name in _PACKAGES}
    if isinstance(network := spec.get("network"), Mapping):
        # The server returns an empty list for a network without listed domains.
        filled["network"] = {"allowed_domains": [], **network}
    if "skills" in spec:
        filled["skills"] = [_named(skill) for skill in spec["skills"] or []]
    return filled


def _named(skill: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a skill of a template with its id in the field `skill_id` if no resource has that id.

    Any other skill is returned unchanged.
    """
    match skill.get("skill"):
        case RemoteId(id=id, address=None):
            rest = {name: value for name, value in skill.items() if name != "skill"}
            return {"skill_id": id, **rest}
        case _:
            return skill


def echoed(spec: Spec) -> Spec:
    """Return the part of a spec that the server returns.

    That is the size of each file and not its bytes, no archives of plugins, and no blocked domains.
    """
    told = dict(spec)
    if files := spec.get("files"):
        told["files"] = {path: {"size": content.size} for path, content in files.items()}
    if plugins := spec.get("plugins"):
        told["plugins"] = {
            name: {"description": plugin["description"]} for name, plugin in plugins.items()
        }
    if isinstance(network := spec.get("network"), Mapping):
        # The server does not return blocked domains: with them, every plan would show a change.
        told["network"] = {k: v for k, v in network.items() if k != "blocked_domains"}
    return told


KIND: Final = Kind(
    name=NAME,
    title="EnvironmentTemplate",
    summary=(
        "The network, packages, files and skills of a hosted session's container. Templates "
        "have no metadata, so the mark is in the name."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": dict(PROPERTIES),
        "x-hints": {
            "lifecycle": "Templates have no metadata, so no protection can be recorded on them.",
            "metadata": "The API stores no metadata for a template. Leave it out.",
            "container_size": "Write it into `session.environment` of an Assistant.",
        },
        "examples": [
            {
                "network": {"access": "restricted", "allowed_domains": ["api.example.com"]},
                "packages": {"python": ["pandas"]},
                "files": [{"path": "/workspace/rates.csv", "source": "knowledge/rates.csv"}],
                "skills": [{"skill": "refunds"}],
            }
        ],
    },
    references={"skills[].skill": "skill"},
    normalise=normalise,
    check=check,
    split=frozenset({"files", "plugins"}),
    keyed=(("files",), ("plugins",), ("env",)),
    contents={"files[].source": "content", "plugins[].path": "content"},
    reaching=frozenset({"access", "network"}),
    bindings={
        "agents": Binding(
            collection="agents/environments/templates",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                defaults=_DEFAULTS,
                # A template without `network` may be returned with the network enabled.
                also_default={"network": {"access": "enabled", "allowed_domains": []}},
                not_echoed=frozenset({"env", "setup_commands"}),
                echoed=echoed,
                dates_our_writes=lambda _spec: True,
            ),
            mark_location=in_text("name", NAME, LONGEST),
        )
    },
)
