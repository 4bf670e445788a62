"""Fine-tuning jobs and evals, which are only stored and listed: nothing is trained or graded here.

They exist because a file that a job or an eval names is in use and must not be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.call import Answer, Call, Resource, new_id
from provisioner.emulator.core.collections import Collection, page_forward
from provisioner.emulator.core.errors import ApiError, invalid_value
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import OwnBody

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

JOB, EVAL = "fine_tuning.job", "eval"
ENDED = ("succeeded", "failed", "cancelled")
"""The statuses of a fine-tuning job that has ended."""
_FILE = {"type": "string"}
CREATE_JOB = OwnBody(
    {
        "type": "object",
        "properties": {"model": _FILE, "training_file": _FILE},
        "required": ["model", "training_file"],
    }
)
CREATE_EVAL = OwnBody(
    {
        "type": "object",
        "properties": {"data_source_config": {"type": "object"}},
        "required": ["data_source_config", "testing_criteria"],
    }
)


def create_job(call: Call) -> Answer:
    given = call.body(CREATE_JOB)
    for name in ("training_file", "validation_file"):
        _check(call.db, given.get(name), name)
    body: Json = {
        "id": new_id("ftjob-"),
        "object": JOB,
        "created_at": call.now,
        "model": given["model"],
        "fine_tuned_model": None,
        "finished_at": None,
        "training_file": given["training_file"],
        "validation_file": given.get("validation_file"),
        "result_files": [],
        "status": "queued",
        "error": None,
        "seed": given.get("seed", 0),
        "organization_id": "org-embedded",
        "trained_tokens": None,
        "hyperparameters": {"n_epochs": "auto"},
        "metadata": given.get("metadata"),
    }
    return call.db.insert(Row(JOB, "", body["id"], body)).body


def _check(db: Session, file_id: str | None, name: str) -> None:
    """Raise ApiError if a parameter names a file that does not exist."""
    if file_id is not None and db.find("file", file_id) is None:
        raise invalid_value(f"Invalid '{name}': no file found with id '{file_id}'.", name)


def cancel(call: Call, row: Row) -> Answer:
    if row.body["status"] in ENDED:
        raise ApiError(f"Cannot cancel a job with status '{row.body['status']}'.")
    row.body |= {"status": "cancelled", "finished_at": call.now}
    return call.db.save(row).body


def create_eval(call: Call) -> Answer:
    given = call.body(CREATE_EVAL)
    body: Json = {
        "id": new_id("eval_"),
        "object": EVAL,
        "created_at": call.now,
        "name": given.get("name", ""),
        "data_source_config": given["data_source_config"],
        "testing_criteria": given["testing_criteria"],
        "metadata": given.get("metadata") or {},
    }
    return call.db.insert(Row(EVAL, "", body["id"], body)).body


JOBS = Collection(kind=JOB, path="/fine_tuning/jobs", noun="fine-tuning job", page=page_forward)
EVALS = Collection(kind=EVAL, path="/evals", noun="eval", page=page_forward)
RESOURCE = Resource(
    routes=(
        *JOBS.routes("list get", create=create_job, each={"POST cancel": cancel}),
        *EVALS.routes("list get delete", create=create_eval),
    )
)
