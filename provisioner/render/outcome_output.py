"""Declare the JSON documents that `validate` and `apply` print (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, Final, TypedDict

from provisioner.model.outcome import Status
from provisioner.render.json_schema import Keys, one_of
from provisioner.render.output import ActionText, AddressText, Count, Diagnostics, Seconds, Version

_ENDED: Final = [status for status in Status if status is not Status.STARTED]


_DONE: Final = ("created", "updated", "replaced", "deleted", "failed", "skipped")


class ValidationDocument(TypedDict):
    """A check of manifests, as `provisioner validate --format json` prints it."""

    format_version: Version
    valid: Annotated[bool, "True if no diagnostic is an error."]
    resources: Annotated[Mapping[str, Count], "The number of declared resources, by kind."]
    documents: Annotated[Count, "The number of documents of all declared resources."]
    diagnostics: Diagnostics


class OutcomeDocument(TypedDict):
    """The outcome of one change: done, failed or skipped."""

    address: AddressText
    action: ActionText
    status: Annotated[str, one_of(_ENDED)]
    id: Annotated[str | None, "The id of the live object. Null if there is none."]
    release: Annotated[
        int | None, "The number of the release that was published. Null if none was."
    ]
    error: Annotated[str | None, "The errors, in sentences. Null if there were none."]
    seconds: Seconds


class ReportDocument(TypedDict):
    """The report of an apply, as `provisioner apply --format json` prints it."""

    format_version: Version
    summary: Annotated[Mapping[str, int], Keys(dict.fromkeys(_DONE, Count))]
    requests: Annotated[
        Mapping[str, Count], "The number of requests sent, retries included, by HTTP method."
    ]
    seconds: Seconds
    interrupted: Annotated[bool, "True if somebody interrupted the run."]
    outcomes: list[OutcomeDocument]
    diagnostics: Diagnostics
