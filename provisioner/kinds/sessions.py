"""The environment in which a session of an agent works: its schema, its checks, and its wire form.

An assistant records an environment in its mark, and an automation sends one to the server.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from provisioner.kinds.shared import Schema, boolean, choice, object_, text, texts
from provisioner.model.binding import Ids
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Problem
from provisioner.model.provider import Body
from provisioner.model.value import Reference, RemoteId

TEMPLATE: Final = "environment_template"
TALKING: Final = {"type": "none"}
"""The environment of a session whose manifest names none. In it the agent can only talk."""

ENVIRONMENT: Final[Schema] = object_(
    "The environment of a session. Default: none.",
    ("type",),
    type=choice(
        "`none`, `openai_hosted` for a container of the platform, or `self_hosted` for a "
        "machine of yours.",
        *("none", "openai_hosted", "self_hosted"),
    ),
    template=text("With `openai_hosted`: the name of the `kind: EnvironmentTemplate`."),
    container_size=choice(
        "With `openai_hosted`: the size of the container.", "small", "medium", "large"
    ),
    desktop=object_(
        "With `openai_hosted`: a desktop with a browser.",
        ("enabled",),
        enabled=boolean("If true, there is a desktop. Default false."),
    ),
    workspace_directory=text("With `self_hosted`: the working folder of the session."),
    capability_directories=texts("Folders in the environment that contain skills and plugins."),
)

_HOSTED: Final = ("template", "container_size", "desktop")


def environment_problems(environment: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for each setting of an environment that does not belong to its type."""
    if not isinstance(environment, Mapping) or "type" not in environment:
        return
    kind = environment["type"]
    ours = {
        "openai_hosted": {*_HOSTED, "capability_directories"},
        "self_hosted": {"workspace_directory", "capability_directories"},
    }.get(str(kind), set())
    # Not by `if` in the schema, so that the message can list the settings that the type has.
    for name in environment.keys() - ours - {"type"}:
        known = ", ".join(f"`{one}`" for one in sorted(ours)) or "nothing else"
        detail = f"An environment of `type: {kind}` has {known}."
        yield Problem((*path, name), codes.NOT_AN_ENVIRONMENT_SETTING, detail)
    if kind == "self_hosted" and "workspace_directory" not in environment:
        detail = "Add `workspace_directory`, the folder on your machine in which the agent works."
        yield Problem(path, codes.SELF_HOSTED_WITHOUT_FOLDER, detail)


def environment_to_wire(environment: Mapping[str, Any] | None, ids: Ids) -> Body:
    """Return an environment as a request contains it."""
    body = dict(environment or TALKING)
    template = body.pop("template", None)
    return {**body, **({"environment_template_id": id_of(template, ids)} if template else {})}


def environment_from_wire(shown: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields of a live environment that a manifest can set."""
    given = shown or TALKING
    names = ("type", "container_size", "desktop", "workspace_directory", "capability_directories")
    # The server returns empty values for settings that were not sent. They count as not set.
    found = {name: given[name] for name in names if given.get(name)}
    if template := given.get("environment_template_id"):
        found["template"] = RemoteId(TEMPLATE, str(template))
    return found


def id_of(value: Any, ids: Ids) -> str:
    """Return the id to send for a reference. A value that is an id already is returned as text."""
    return ids(value.address) if isinstance(value, Reference) else str(value)
