"""Batches: many requests in one file, whose answers are written to another file.

The stand-in model answers requests to `/v1/responses`. A batch for any other endpoint of the
platform is accepted too, but the answer to each of its requests is the error that the embedded
server does not have that endpoint.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from provisioner.emulator.core.call import Answer, Call, Resource, new_id
from provisioner.emulator.core.collections import Collection, page_forward
from provisioner.emulator.core.engine import Engine, Move, enqueue, set_status
from provisioner.emulator.core.errors import ApiError, invalid_value, not_here
from provisioner.emulator.core.store import Row, dump
from provisioner.emulator.core.validation import Body
from provisioner.emulator.knowledge import files
from provisioner.emulator.responses import fields, start
from provisioner.emulator.responses.execution import ENGINE as RESPONSES
from provisioner.emulator.responses.execution import usage
from provisioner.emulator.responses.limits import LIMITS

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json, Session

KIND = "batch"
# The purposes of input files and of output files.
PURPOSE, OUTPUT = "batch", "batch_output"
LIFETIME = 86_400
"""Seconds after which a batch expires."""
MOST_REQUESTS = 50_000
"""The most requests in one batch."""
RESPONSES_URL = "/v1/responses"
CREATE = Body("BatchCreateParams", LIMITS)
MOMENTS = (
    "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at",
    "cancelling_at", "cancelled_at",
)  # fmt: skip
"""The fields of a batch that contain times. They are null until that time."""


def create(call: Call) -> Answer:
    given = call.body(CREATE)
    file = call.db.find(files.KIND, given["input_file_id"])
    if file is None or file.tag != PURPOSE:
        raise invalid_value(
            f"Invalid 'input_file_id': no file of purpose '{PURPOSE}' found with id "
            f"'{given['input_file_id']}'.",
            "input_file_id",
        )
    body: Json = {
        "id": new_id("batch_"),
        "object": KIND,
        "endpoint": given["endpoint"],
        "errors": None,
        "input_file_id": file.id,
        "completion_window": given["completion_window"],
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": call.now,
        **dict.fromkeys(MOMENTS),
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "metadata": given.get("metadata"),
        "usage": None,
    }
    body["expires_at"] = call.now + LIFETIME
    life = given.get("output_expires_after", {}).get("seconds")
    # The engine moves objects by their tag. The platform calls the same state `validating`.
    row = Row(KIND, "", body["id"], body, {"output_life": life}, tag="queued")
    enqueue(row, call.moment, call.settings)
    return call.db.insert(row).body


def cancel(call: Call, row: Row) -> Answer:
    if row.body["status"] not in {"validating", "in_progress"}:
        raise ApiError(f"Cannot cancel batch with status '{row.body['status']}'.", status=409)
    set_status(row, "cancelling")
    row.body["cancelling_at"] = call.now
    # The alarm cancels the batch, so that a client can see the status `cancelling` first.
    row.due = call.moment
    return call.db.save(row).body


def _interrupt(move: Move) -> bool:
    """End a batch that was cancelled or has expired. Returns true if it did so."""
    if move.row.tag == "cancelling":
        _end(move, "cancelled")
        return True
    if move.moment >= move.row.body["expires_at"]:
        _end(move, "expired")
        return True
    return False


def _started(move: Move) -> None:
    """Read the input file. If one of its lines is not a valid request, the whole batch fails."""
    row = move.row
    requests, errors = _requests(move.db, row.body["input_file_id"], row.body["endpoint"])
    if errors:
        row.body["errors"] = {"object": "list", "data": errors}
        _end(move, "failed")
        return
    row.body["in_progress_at"] = move.now
    row.body["request_counts"]["total"] = len(requests)
    move.db.save(row)


def _requests(db: Session, file_id: str, endpoint: str) -> tuple[list[Json], list[Json]]:
    """Return the requests of an input file, and the errors of its lines."""
    requests: list[Json] = []
    errors: list[Json] = []
    seen: set[str] = set()
    for number, line in enumerate(db.content(file_id).splitlines(), start=1):
        problem: tuple[str, str, str | None] | None = None
        try:
            request: Any = json.loads(line)
        except ValueError:
            request, problem = None, ("invalid_json_line", "This line is not valid JSON.", None)
        if problem is None:
            problem = _problem(request, endpoint, seen)
        if problem is None:
            seen.add(request["custom_id"])
            requests.append(request)
        else:
            code, message, param = problem
            errors.append({"code": code, "message": message, "param": param, "line": number})
    if not requests and not errors:
        errors.append(
            {
                "code": "empty_file",
                "message": "The input file has no lines.",
                "param": None,
                "line": None,
            }
        )
    if len(requests) > MOST_REQUESTS:
        message = f"A batch has at most {MOST_REQUESTS} requests, but got {len(requests)}."
        errors.append(
            {"code": "too_many_requests", "message": message, "param": None, "line": None}
        )
    return requests, errors


def _problem(request: Any, endpoint: str, seen: set[str]) -> tuple[str, str, str | None] | None:
    """Return (code, message, parameter) of the error in a request, or None if it is valid.

    `seen` contains the `custom_id` of each request before it.
    """
    if not isinstance(request, dict) or not isinstance(request.get("body"), dict):
        return "invalid_request", "Each line has to be an object with a `body`.", "body"
    if not isinstance(request.get("custom_id"), str):
        return "missing_required_parameter", "Missing required parameter: 'custom_id'.", "custom_id"
    if request["custom_id"] in seen:
        return "duplicate_custom_id", f"'{request['custom_id']}' is given twice.", "custom_id"
    if request.get("method") != "POST":
        return "invalid_method", "Only the method POST is supported.", "method"
    if request.get("url") != endpoint:
        return "mismatched_url", f"Expected the batch's endpoint '{endpoint}'.", "url"
    return None


def _work(move: Move) -> None:
    """Answer all requests of a batch, and write the answers to its output and error files."""
    row = move.row
    # The file is read again, because the process that started the batch may not be this one.
    requests, _ = _requests(move.db, row.body["input_file_id"], row.body["endpoint"])
    written: dict[bool, list[str]] = {True: [], False: []}
    spent: Counter[str] = Counter()
    for request in requests:
        status, body = _answered(move, request)
        spent.update(_tokens(body))
        answer = {"status_code": status, "request_id": new_id("req_"), "body": body}
        line = {"id": new_id("batch_req_"), "custom_id": request["custom_id"], "response": answer}
        written[status == 200].append(dump(line | {"error": None}))  # noqa: PLR2004 - the status
    row.body["request_counts"] |= {"completed": len(written[True]), "failed": len(written[False])}
    row.body["usage"] = usage(spent["input_tokens"], spent["output_tokens"])
    row.body["output_file_id"] = _saved(move, "output", written[True])
    row.body["error_file_id"] = _saved(move, "error", written[False])
    row.body["finalizing_at"] = move.now
    _end(move, "completed")


def _tokens(body: Json) -> dict[str, int]:
    """Return the tokens that an answer used, 0 for an error."""
    found = body.get("usage") or {}
    return {name: found.get(name, 0) for name in ("input_tokens", "output_tokens")}


def _answered(move: Move, request: Json) -> tuple[int, Json]:
    """Return the status and the body of the answer to one request of a batch."""
    try:
        if request["url"] != RESPONSES_URL:
            raise not_here(f"The embedded server has no '{request['url']}'.")
        fields.CREATE.check(request["body"])
        # Each line of the output file is one finished answer, so nothing can be streamed or run in
        # the background.
        given = request["body"] | {"background": False, "stream": False}
        response = start.begin(move.db, move.now, given)
        RESPONSES.advance(move.db, response, move.settings)
    except ApiError as error:
        return error.status, error.body()
    return 200, response.body


def _saved(move: Move, word: str, lines: list[str]) -> str | None:
    """Save lines as a file of a batch, and return the file's id, or None if there are no lines.

    The name of the file is `BATCH_WORD.jsonl`, with the batch's id and `word`.
    """
    if not lines:
        return None
    content = "".join(f"{line}\n" for line in lines).encode()
    name = f"{move.row.id}_{word}.jsonl"
    upload = files.Upload(name, content, OUTPUT, move.row.hidden["output_life"])
    return files.save(move.db, move.now, upload).id


def _fail(move: Move, error: Json) -> None:
    data = [{**error, "param": None, "line": None}]
    move.row.body["errors"] = {"object": "list", "data": data}
    _end(move, "failed")


def _end(move: Move, status: str) -> None:
    set_status(move.row, status)
    move.row.body[f"{status}_at"] = move.now
    move.row.due = None
    move.db.save(move.row)


ENGINE = Engine(kind=KIND, started=_started, work=_work, fail=_fail, interrupt=_interrupt)
BATCHES = Collection(kind=KIND, path="/batches", noun="batch", page=page_forward)
RESOURCE = Resource(
    routes=BATCHES.routes("list get", create=create, each={"POST cancel": cancel}),
    alarms={KIND: ENGINE.advance},
)
