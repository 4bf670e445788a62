"""The API of files in an environment: the files of its configuration, and those that were added later.

The bytes of inline files are checked and then dropped, because nothing runs in an environment here.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from provisioner.emulator.agents import environments, hosted
from provisioner.emulator.agents.api import gone, invalid, read
from provisioner.emulator.agents.limits import LIMITS
from provisioner.emulator.core import lists
from provisioner.emulator.core.call import AGENTS, Answer, Call, Resource
from provisioner.emulator.core.collections import Collection
from provisioner.emulator.core.errors import ApiError, not_here
from provisioner.emulator.core.store import Row
from provisioner.emulator.core.validation import Body

if TYPE_CHECKING:
    from provisioner.emulator.core.store import Json

KIND = "agent.environment.file"
CREATE = Body("environments.file_create_params.FileCreateParams", LIMITS)


def create(call: Call, environment: Row) -> Answer:
    _check(environment)
    file = hosted.kept_file(read(call, CREATE), "")
    if file["type"] == "file_id":
        uploaded = call.db.find("file", file["file_id"])
        if uploaded is None:
            raise gone("file", file["file_id"], "file_id")
        file = file | {"size_bytes": uploaded.body["bytes"]}
    # A second file at the same path replaces the first.
    old = call.db.find(KIND, file["path"], environment.id)
    if old is not None:
        call.db.delete(old)
    environments.touch(call.db, environment, call.now)
    body = _file(environment, file)
    return call.db.insert(Row(KIND, environment.id, file["path"], body)).body


def _check(environment: Row) -> None:
    """Raise ApiError unless an environment is hosted and has not expired."""
    environments.check_usable(environment)
    if environment.tag != environments.HOSTED:
        raise not_here("The embedded server does not reach into self-hosted environments.")


def _file(environment: Row, file: Json) -> Json:
    """Return a file as a client reads it."""
    return {
        "object": KIND,
        "environment_id": environment.id,
        "path": file["path"],
        "size_bytes": file["size_bytes"],
    }


def _page(call: Call, environment: Row) -> Answer:
    """Return a page of files, sorted by path.

    The parameter `page` of the query is the token that the previous page has returned as `next`.
    """
    _check(environment)
    files = {file["path"]: _file(environment, file) for file in environment.body["files"]}
    files |= {row.id: row.body for row in call.db.children(KIND, environment.id)}
    folder, after = call.query.get("path"), _path_of(call.query.get("page"))
    paths = sorted(
        (path for path in files if folder is None or path.startswith(f"{folder.rstrip('/')}/")),
        # By segments, because `-` and `.` sort before `/`: as plain texts, the paths of one folder would
        # not always stand together.
        key=_parts,
        reverse=_order(call) == "desc",
    )
    if after is not None:
        if after not in paths:
            raise invalid("Invalid 'page': expected the token of a previous page.", "page")
        paths = paths[paths.index(after) + 1 :]
    limit = _limit(call)
    shown = paths[:limit]
    more = len(paths) > limit
    token = base64.urlsafe_b64encode(shown[-1].encode()).decode() if more else None
    data = [files[path] for path in shown]
    return {"object": "list", "data": data, "has_more": more, "next": token}


def _parts(path: str) -> list[str]:
    return path.split("/")


def _order(call: Call) -> str:
    try:
        return lists.order_of(call.query)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def _limit(call: Call) -> int:
    try:
        return lists.limit_of(call.query)
    except ApiError as error:
        raise invalid(error.message, error.param) from None


def _path_of(token: str | None) -> str | None:
    """Return the path that a page token encodes, or None without a token.

    Raises ApiError if the text is no such token.
    """
    try:
        return None if token is None else base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        raise invalid("Invalid 'page': expected the token of a previous page.", "page") from None


FILES = Collection(kind=KIND, path="/agents/environments/<id>/files", above=environments.COLLECTION)
RESOURCE = Resource(routes=FILES.routes(create=create, all={"GET": _page}), beta=AGENTS)
