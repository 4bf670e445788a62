"""GitHub's API in this process, without a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from provisioner.model.codes import pipelines as codes
from provisioner.model.errors import NotFound, ProviderError
from provisioner.model.host_api import Answer
from tests.support.github import GitHub

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOKEN = "ghs_of_a_job"  # noqa: S105 - a token that only the tests' server knows
EVERYTHING = frozenset(
    f"{what}: {how}"
    for what in ("contents", "actions", "pull-requests", "issues")
    for how in ("read", "write")
)


class Direct:
    """A HostApi that hands each request to the server as a function call."""

    def __init__(self, github: GitHub) -> None:
        self.github = github

    def send(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, json: Any = None
    ) -> Answer:
        request = EnvironBuilder(
            path=path,
            method=method,
            query_string=dict(query or {}),
            json=json,
            headers=Headers({"Authorization": f"Bearer {TOKEN}"}),
        )
        pieces, status, _ = run_wsgi_app(self.github, request.get_environ(), buffered=True)
        return _answer(b"".join(pieces), int(status.split()[0]))

    def close(self) -> None:
        return


def _answer(body: bytes, status: int) -> Answer:
    if status >= 400:
        kind = NotFound if status == 404 else ProviderError
        raise kind(codes.HOST_REFUSED, body.decode(), status)
    return Answer(status, json.loads(body))


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    made = GitHub(tmp_path)
    made.tokens[TOKEN] = EVERYTHING
    return made
