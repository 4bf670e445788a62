"""Declare the JSON documents of `threads`, which `render.threads` fills (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from provisioner.model.ledger import TrackedKind, TrackedStatus
from provisioner.render.json_schema import Ref, one_of
from provisioner.render.output import Count, Diagnostics, Seconds, Version

# `erase` deletes for a person. Only `retire` ends an object as retired.
_OUTCOMES = [status for status in TrackedStatus if status is not TrackedStatus.RETIRED]

Moment = Annotated[float, {"minimum": 0}, "Unix seconds."]
Kind = Annotated[str, one_of(TrackedKind)]


class TrackedCountDocument(TypedDict):
    """The numbers of tracked objects of one kind in one account."""

    account: Annotated[str, "The host, and the project if one is named."]
    kind: Kind
    tracked: Annotated[
        int, {"minimum": 0}, "The number of objects that still exist, as far as the ledger knows."
    ]
    expired: Annotated[
        int, {"minimum": 0}, "The number of tracked objects whose time to live is over."
    ]
    endless: Annotated[int, {"minimum": 0}, "The number of tracked objects without a time to live."]
    failed: Annotated[
        int, {"minimum": 0}, "The number of tracked objects that the last try could not delete."
    ]
    oldest: Annotated[
        float | None,
        "The moment at which the oldest tracked object was registered. Null if there is none.",
    ]
    retired: Annotated[
        int,
        {"minimum": 0},
        "The number of objects that were deleted because their time to live was over.",
    ]
    erased: Annotated[
        int, {"minimum": 0}, "The number of objects that were deleted because a person was erased."
    ]
    gone: Annotated[
        int,
        {"minimum": 0},
        "The number of objects that did not exist any more when they were to be deleted.",
    ]


class TrackedDocument(TypedDict):
    """One tracked object."""

    account: str
    kind: Kind
    id: str
    owner: Annotated[
        str, "The person whose data the object contains. Empty if no person was registered."
    ]
    registered: Moment
    expires: Annotated[
        float | None, "The moment from which it may be deleted. Null if it has no time to live."
    ]
    status: Annotated[str, one_of(TrackedStatus)]
    ended: Annotated[
        float | None,
        "The moment at which it was deleted or found to be gone. Null if it still exists.",
    ]
    note: Annotated[str, "The reason why it could not be deleted. Empty otherwise."]


class ThreadsDocument(TypedDict):
    """The tracked objects, as `provisioner threads --format json` prints them."""

    format_version: Version
    now: Annotated[
        float, {"minimum": 0}, "The moment at which the ledger was read, by its own clock."
    ]
    counts: Annotated[
        list[Annotated[TrackedCountDocument, Ref("count")]],
        "The counts. Empty if --owner is given.",
    ]
    owner: Annotated[str | None, "The person that --owner names. Null without --owner."]
    # A ledger may have a million objects, so they are listed for one person only.
    objects: Annotated[
        list[Annotated[TrackedDocument, Ref("object")]], "The objects of that person, oldest first."
    ]


class ImportDocument(TypedDict):
    """The report of an import, as `provisioner threads import --format json` prints it."""

    format_version: Version
    registered: Count
    bad: Annotated[
        int,
        {"minimum": 0},
        "The number of lines that register nothing. `diagnostics` names the first 1,000.",
    ]
    diagnostics: Diagnostics


class RetirementDocument(TypedDict):
    """The report of a retirement, as `provisioner threads retire --format json` prints it."""

    format_version: Version
    account: str
    deleted: Count
    gone: Annotated[int, {"minimum": 0}, "The number of objects that did not exist any more."]
    failed: Annotated[
        int,
        {"minimum": 0},
        "The number of objects that could not be deleted. `diagnostics` names the first ones.",
    ]
    interrupted: Annotated[bool, "True if somebody interrupted the command."]
    seconds: Seconds
    requests: Annotated[
        Mapping[str, Count], "The number of requests sent, retries included, by HTTP method."
    ]
    diagnostics: Diagnostics


class ErasedDocument(TypedDict):
    """One object of the person, and how its erasure ended."""

    kind: Kind
    id: str
    outcome: Annotated[
        str,
        one_of(_OUTCOMES),
        "erased: deleted, and not found afterwards. gone: it had been deleted before. tracked: it still exists.",
    ]
    reason: Annotated[str | None, "The reason why it still exists. Null if it was deleted."]


class ErasureDocument(TypedDict):
    """The report of an erasure, as `provisioner threads erase --format json` prints it."""

    format_version: Version
    run: Annotated[
        str | None, "The id of the run in the history. Null if nothing had to be erased."
    ]
    owner: Annotated[str, "The person whose objects were erased."]
    account: str
    interrupted: Annotated[bool, "True if somebody interrupted the command."]
    complete: Annotated[bool, "True if nothing that the ledger knows is left of this person."]
    objects: list[Annotated[ErasedDocument, Ref("object")]]
    named: Annotated[
        list[str],
        "Ids of files and vector stores that the objects referred to and that still exist.",
    ]
    diagnostics: Annotated[Diagnostics, "The errors."]
