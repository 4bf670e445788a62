"""Declare the JSON document of `history` (see `render.output`)."""

from typing import Annotated, Any, NotRequired, TypedDict

from provisioner.model.ledger import RunStatus
from provisioner.render.json_schema import one_of
from provisioner.render.output import Version


class RunChangeDocument(TypedDict):
    """One change of a run: what was planned, and how it ended."""

    address: str
    action: str
    reason: str | None
    id: Annotated[str | None, "The id of the live object. Null if it is not known."]
    status: Annotated[str | None, "How the change ended. Null if that was not recorded."]
    error: str | None
    release: Annotated[
        int | None, "The number of the release that was published. Null if none was."
    ]
    fields: Annotated[list[str], "The paths that the plan showed. Values are not printed."]


class ReceiptDocument(TypedDict):
    """One object that the run deleted, or was about to delete when it was killed."""

    kind: str
    id: str
    address: Annotated[str | None, "Null for an object that had none, such as a document."]
    name: Annotated[str | None, "The name or file name of the object. Null if it had none."]
    reason: str | None
    deleted_at: Annotated[
        float | None, "In unix seconds. Null if it was not recorded that the object was deleted."
    ]
    configuration: Annotated[
        dict[str, Any],
        "`object` is the object as the server returned it, with secrets masked; `path` and `sha256` are"
        " those of an uploaded file; `unread` is the reason why nothing is known.",
    ]


class RunDocument(TypedDict):
    """One run of a command that writes. Times are unix seconds."""

    id: str
    owner: Annotated[str, "The stack's id and the environment."]
    target: str
    account: Annotated[str, "The host, and the project if one is named."]
    command: str
    user: str
    host: str
    process: int
    pipeline: Annotated[str | None, "The URL of the pipeline's job. Null outside of pipelines."]
    plan_digest: str
    revision: Annotated[str | None, "The commit of the manifests. Null if it is not known."]
    version: Annotated[str, "The version of this program."]
    started_at: float
    ended_at: Annotated[
        float | None, "In unix seconds. Null for a run that was killed, or that still runs."
    ]
    status: Annotated[str, one_of(RunStatus)]
    changes: Annotated[
        list[RunChangeDocument],
        "The changes of the run. If an address was given, only its changes.",
    ]
    receipts: NotRequired[
        Annotated[list[ReceiptDocument], "What the run deleted. Only if one run was asked for."]
    ]


class HistoryDocument(TypedDict):
    """Runs that the ledger recorded."""

    format_version: Version
    runs: Annotated[list[RunDocument], "The newest run is first. Only one run if its id was given."]
