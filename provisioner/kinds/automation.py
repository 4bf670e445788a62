"""The kind Automation: it starts sessions of an agent on a schedule.

Agents can create automations for themselves. These are never changed, deleted or adopted here.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from provisioner.kinds.sessions import (
    ENVIRONMENT,
    TALKING,
    TEMPLATE,
    environment_from_wire,
    environment_problems,
    environment_to_wire,
    id_of,
)
from provisioner.kinds.shared import LIFECYCLE, METADATA, boolean, choice, object_, text, texts
from provisioner.model.binding import Binding, FieldBehaviour, Ids, NormalForm
from provisioner.model.codes import kinds as codes
from provisioner.model.kind import Kind, Problem
from provisioner.model.mark import user_metadata
from provisioner.model.provider import Body, Row
from provisioner.model.value import RemoteId, Spec, revealed

LONGEST: Final = 256
"""The most characters of a name."""
_SCHEDULE: Final = {"periodic": ("expression", "timezone"), "once": ("run_at",)}
"""For each type of automation, the fields of its schedule."""
_TARGET: Final = {
    "new_session": (("agent", "input"), ("environment", "vaults", "metadata")),
    "existing_session": (("session_id", "instructions"), ()),
}
"""For each type of target, the fields that it needs, and further fields that it may have."""


def check(spec: Spec) -> Iterable[Problem]:
    """Yield the problems of an automation that the schema cannot express."""
    kind = str(spec.get("type"))
    for name in _SCHEDULE.get(kind, ()):
        if name not in spec:
            detail = f"`type: {kind}` needs `{name}`."
            yield Problem(("type",), codes.SCHEDULE_NOT_WHOLE, detail, needs=name)
    for other in {name for names in _SCHEDULE.values() for name in names}:
        if other in spec and other not in _SCHEDULE.get(kind, (other,)):
            detail = f"`type: {kind}` has no `{other}`."
            yield Problem((other,), codes.NOT_A_SCHEDULE_FIELD, detail)
    if "run_at" in spec and moment(spec["run_at"]) is None:
        detail = "Write a time with its zone, such as `2026-12-24T08:00:00+01:00`, or unix seconds."
        yield Problem(("run_at",), codes.NOT_A_MOMENT, detail)
    yield from _target(spec.get("target") or {})


def _target(target: Mapping[str, Any]) -> Iterable[Problem]:
    """Yield the problems of an automation's `target`: the session that it starts or continues."""
    kind = str(target.get("type"))
    needed, besides = _TARGET.get(kind, ((), ()))
    for name in needed:
        if name not in target:
            yield Problem(("target",), codes.TARGET_NOT_WHOLE, f"`type: {kind}` needs `{name}`.")
    for name in target.keys() - {"type", *needed, *besides} if needed else ():
        detail = f"`type: {kind}` has {', '.join(f'`{n}`' for n in (*needed, *besides))}."
        yield Problem(("target", name), codes.NOT_A_TARGET_FIELD, detail)
    yield from environment_problems(target.get("environment"), ("target", "environment"))


def moment(value: Any) -> int | None:
    """Return a time as unix seconds, or None if it is not a time.

    `value` is in unix seconds, or an RFC 3339 text with a zone.
    """
    if isinstance(value, int):
        return value
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    # Without a zone the moment would depend on the machine that runs apply.
    return int(read.timestamp()) if read.tzinfo else None


def normalise(spec: Spec) -> Spec:
    """Return the normal form of an automation's spec, in which it is compared.

    Times are unix seconds, the input is a list of texts, and a new session always has an
    environment.
    """
    normal = dict(spec)
    if "run_at" in normal:
        normal["run_at"] = moment(normal["run_at"])
    target = normal.get("target")
    if isinstance(target, Mapping) and target.get("type") == "new_session":
        said = target.get("input")
        listed = said if isinstance(said, list) else [said]
        # The API requires an environment, so a manifest without one means this one.
        normal["target"] = {"environment": TALKING, **target, "input": listed}
    return normal


def to_wire(spec: Spec, ids: Ids) -> Body:
    """Return the request body for an automation's spec, or for a part of it."""
    spec = revealed(spec)
    plain = ("name", "type", *_SCHEDULE["periodic"], *_SCHEDULE["once"])
    body = {name: spec[name] for name in plain if name in spec}
    # The API replaces `target` as a whole, so one changed field sends all of it.
    if "target" in spec:
        body["target"] = _target_to_wire(spec["target"], ids)
    return body


def _target_to_wire(target: Mapping[str, Any], ids: Ids) -> Body:
    if target["type"] != "new_session":
        return dict(target)
    said = [{"type": "input_text", "text": text} for text in target["input"]]
    return {
        "type": "new_session",
        "agent_id": id_of(target["agent"], ids),
        "environment": environment_to_wire(target.get("environment"), ids),
        "input": [{"role": "user", "content": [part]} for part in said],
        "metadata": dict(target.get("metadata") or {}),
        "vault_ids": [id_of(vault, ids) for vault in target.get("vaults") or ()],
    }


def from_wire(row: Row) -> NormalForm:
    """Return a live automation in normal form."""
    names = ("name", "type", "expression", "timezone", "run_at")
    spec: dict[str, Any] = {name: row[name] for name in names if row.get(name) is not None}
    # `paused` is set by requests of its own (`switches`), and read back as a status.
    if row.get("status") == "paused":
        spec["paused"] = True
    spec["target"] = _target_from_wire(row.get("target") or {})
    if theirs := user_metadata(row.get("metadata") or {}):
        spec["metadata"] = theirs
    return NormalForm(spec)


def _target_from_wire(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return the target of a live automation in normal form."""
    if target.get("type") != "new_session":
        return {k: target[k] for k in ("type", "session_id", "instructions") if k in target}
    found: dict[str, Any] = {
        "type": "new_session",
        "agent": RemoteId("assistant", str(target.get("agent_id"))),
        "environment": environment_from_wire(target.get("environment")),
        "input": [_said(message) for message in target.get("input") or ()],
    }
    if vaults := target.get("vault_ids"):
        found["vaults"] = [RemoteId("vault", str(id)) for id in vaults]
    if metadata := target.get("metadata"):
        found["metadata"] = dict(metadata)
    return found


def complete(spec: Spec) -> Spec:
    """Return a spec without empty values in its target.

    The server returns an empty value for a field that was not set, so both must compare as equal.
    """
    target = spec.get("target")
    if not isinstance(target, Mapping):
        return spec
    told = _told(target)
    if "environment" in told:
        told["environment"] = _told(told["environment"])
    return {**spec, "target": told}


def _told(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping without empty lists and mappings."""
    return {name: value for name, value in said.items() if value not in ([], {})}


def _said(message: Mapping[str, Any]) -> str:
    """Return the text of a message, with the texts of its parts on separate lines."""
    return "\n".join(str(part.get("text", "")) for part in message.get("content") or ())


def _may_be_ours(row: Row) -> bool:
    """Return false for an automation that an agent created for itself, even if it has our mark."""
    maker = row.get("created_by")
    # The mark alone is no proof: whoever creates an automation chooses its metadata, an agent too.
    return not isinstance(maker, Mapping) or maker.get("type") != "agent"


KIND: Final = Kind(
    name="automation",
    title="Automation",
    summary=(
        "Sessions of an agent on a schedule. Automations that an agent made for itself are "
        "never changed."
    ),
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "target"],
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST,
                "description": "The live name. Default: `metadata.name`.",
            },
            "type": choice(
                "`periodic` repeats, `once` runs one time. A change of type replaces the automation.",
                *_SCHEDULE,
            ),
            "expression": text(
                "With `periodic`: the schedule as a cron expression, such as `0 8 * * 1-5`."
            ),
            "timezone": text(
                "With `periodic`: the time zone of the schedule, such as `Europe/Amsterdam`."
            ),
            "run_at": {
                "type": ["string", "integer"],
                "description": (
                    "With `once`: the time, as `2026-12-24T08:00:00+01:00` or in unix seconds."
                ),
            },
            "target": object_(
                "The session that the automation starts or continues.",
                ("type",),
                type=choice(
                    "The target: a new session each time, or an existing session.", *_TARGET
                ),
                agent=text(
                    "With `new_session`: the name of the `kind: Assistant` that runs in it."
                ),
                input={
                    "type": ["string", "array"],
                    "minLength": 1,
                    "minItems": 1,
                    "items": {"type": "string", "minLength": 1},
                    "description": "With `new_session`: the input, as one message or several.",
                },
                environment={
                    **ENVIRONMENT,
                    "description": "With `new_session`: the environment of the session. "
                    "Default: none.",
                },
                vaults={
                    **texts("With `new_session`: names of `kind: Vault` that the session may use."),
                    "uniqueItems": True,
                },
                metadata={
                    "type": "object",
                    "description": "With `new_session`: metadata of each session, text to text.",
                    "maxProperties": 16,
                    "additionalProperties": {"type": "string", "maxLength": 512},
                },
                session_id=text("With `existing_session`: the id of the session."),
                instructions=text(
                    "With `existing_session`: the instructions to send to the session."
                ),
            ),
            "paused": boolean(
                "If true, the automation is paused until it is resumed. Default false."
            ),
            "metadata": METADATA,
            "lifecycle": LIFECYCLE,
        },
        "x-hints": {
            "schedule": "The field is called `expression`, with `type: periodic` and a `timezone`.",
            "cron": "The field is called `expression`, with `type: periodic` and a `timezone`.",
            "agent": "`agent` is a field of `target`.",
        },
        "examples": [
            {
                "type": "periodic",
                "expression": "0 8 * * 1",
                "timezone": "Europe/Amsterdam",
                "target": {
                    "type": "new_session",
                    "agent": "sales-analyst",
                    "input": "Write the weekly report.",
                },
            }
        ],
    },
    references={
        "target.agent": "assistant",
        "target.environment.template": TEMPLATE,
        "target.vaults[]": "vault",
    },
    normalise=normalise,
    check=check,
    immutable=frozenset({"type", "target.type"}),
    bindings={
        "agents": Binding(
            collection="agents/automations",
            to_wire=to_wire,
            from_wire=from_wire,
            complete=complete,
            fields=FieldBehaviour(
                defaults={"paused": False}, switches={"paused": ("resume", "pause")}
            ),
            may_be_ours=_may_be_ours,
        )
    },
)
