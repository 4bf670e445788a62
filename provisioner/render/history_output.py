"""The JSON document of `history`, declared once: see `render.output`."""

from typing import Annotated, Any, NotRequired, TypedDict

from provisioner.model.ledger import RunStatus
from provisioner.render.json_schema import one_of
from provisioner.render.output import Version


class RunChangeDocument(TypedDict):
    """One change of a run: what was planned, and how it ended."""

    address: str
    action: str
    reason: str | None
    id: Annotated[str | None, "The id of the live object, where it is known."]
    status: Annotated[str | None, "The word of an outcome, null where none was recorded."]
    error: str | None
    release: Annotated[int | None, "The number of the release that was published."]
    fields: Annotated[list[str], "The paths that the plan showed. Values are not printed."]


class ReceiptDocument(TypedDict):
    """One object that the run deleted, or was about to delete when it was killed."""

    kind: str
    id: str
    address: Annotated[str | None, "Null for an object that had none, such as a document."]
    name: Annotated[str | None, "Its name or file name, where it had one."]
    reason: str | None
    deleted_at: Annotated[
        float | None, "In unix seconds. Null where nobody wrote down that it was deleted."
    ]
    configuration: Annotated[
        dict[str, Any],
        "`object` is what the server returned of it, with secrets masked; `path` and `sha256` are"
        " known of an uploaded file; `unread` says why nothing is known.",
    ]


class RunDocument(TypedDict):
    """One run of a command that writes. Moments are unix seconds."""

    id: str
    owner: Annotated[str, "The stack's id and the environment."]
    target: str
    account: Annotated[str, "The host, and the project where one is named."]
    command: str
    user: str
    host: str
    process: int
    pipeline: Annotated[str | None, "The page of the pipeline's job."]
    plan_digest: str
    revision: Annotated[str | None, "The commit of the manifests, where it is known."]
    version: Annotated[str, "The version of this program."]
    started_at: float
    ended_at: Annotated[float | None, "Null for a run that was killed, or that still runs."]
    status: Annotated[str, one_of(RunStatus)]
    changes: Annotated[
        list[RunChangeDocument], "With an address, only the changes of that address."
    ]
    receipts: NotRequired[Annotated[list[ReceiptDocument], "Only where one run was asked for."]]


class HistoryDocument(TypedDict):
    """Runs that the ledger remembers."""

    format_version: Version
    runs: Annotated[list[RunDocument], "The newest is first. One, where a run was asked for."]
