"""Answers of every odd shape end in one of our errors, or are read for what they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Response

from provisioner.model.errors import ProviderError
from tests.providers.test_faults import CALLS

if TYPE_CHECKING:
    from tests.providers.conftest import Connected

DEEP = b"[" * 3000 + b"]" * 3000
DEEP_ROW = b'{"id": "asst_1", "metadata": ' + DEEP + b"}"
DEEP_ERROR = b'{"error": ' * 500 + b'"no"' + b"}" * 500


def answering(body: bytes, status: int = 200) -> Response:
    return Response(body, status, content_type="application/json")


@pytest.mark.parametrize("body", [DEEP, DEEP_ROW])
@pytest.mark.parametrize("call", [call for call in CALLS if call not in {"delete", "content"}])
def test_an_answer_of_three_thousand_levels_is_told_as_such(
    connected: Connected, body: bytes, call: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        CALLS[call](connected(answering(body)))
    assert "cannot be read" in str(caught.value)


def test_one_deep_row_does_not_stop_a_list(connected: Connected) -> None:
    """The error about an odd row names the row."""
    rows = connected(answering(b'{"data": [{"id": "a"}, ' + DEEP_ROW + b"]}")).list("assistants")

    assert [row["id"] for row in rows] == ["a", "asst_1"]


@pytest.mark.parametrize("status", [400, 401, 404, 500])
@pytest.mark.parametrize("body", [DEEP, DEEP_ROW, DEEP_ERROR])
@pytest.mark.parametrize("call", ["list", "create", "delete"])
def test_an_error_of_any_depth_is_one_of_ours(
    connected: Connected, body: bytes, status: int, call: str
) -> None:
    if (call, status) == ("delete", 404):
        return
    with pytest.raises(ProviderError):
        CALLS[call](connected(answering(body, status)))


@pytest.mark.parametrize(
    "data",
    [7, "text", {}, {"a": []}, True, [None], [7], [[]], [{}], [{"id": None}], [{"id": ""}],
     [{"id": []}], [{"id": {}}], [{"id": True}]],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("call", ["list", "list inside"])
def test_a_page_that_is_no_list_of_objects_is_told_as_such(
    connected: Connected, data: Any, call: str
) -> None:
    body = json.dumps({"data": data}).encode()

    with pytest.raises(ProviderError, match="the server's list cannot be read"):
        CALLS[call](connected(answering(body)))


@pytest.mark.parametrize("body", [b'{"data": null}', b'{"data": [], "has_more": "no"}', b"[]"])
def test_an_empty_list_is_empty_however_it_is_written(connected: Connected, body: bytes) -> None:
    assert connected(answering(body)).list("assistants") == []


@pytest.mark.parametrize("id", [[], {}, True, None, ""])
@pytest.mark.parametrize("call", ["get", "create", "update", "run"])
def test_an_object_whose_id_is_none_is_told_as_such(
    connected: Connected, id: Any, call: str
) -> None:
    body = json.dumps({"id": id}).encode()

    with pytest.raises(ProviderError, match="the answer cannot be read"):
        CALLS[call](connected(answering(body)))


@pytest.mark.parametrize(
    "error",
    [
        {"detail": [{"loc": 7, "msg": "odd"}]},
        {"detail": [{"loc": {"a": 1}, "msg": ["odd"]}]},
        {"error": [[["odd"]]]},
        {"error": {"message": {"detail": "odd"}, "code": ["x"]}},
    ],
    ids=repr,
)
def test_an_error_of_any_shape_is_quoted(connected: Connected, error: Any) -> None:
    body = json.dumps(error).encode()

    with pytest.raises(ProviderError, match="odd"):
        CALLS["get"](connected(answering(body, 422)))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400},
        {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "1", "x-ratelimit-reset": "1e400"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "0", "x-ratelimit-reset": "-5"},
    ],
)
def test_headers_of_any_shape_do_no_harm(connected: Connected, headers: dict[str, str]) -> None:
    answer = Response(b'{"id": "asst_1"}', 200, headers, content_type="application/json")

    assert connected(answer).get("assistants", "asst_1")["id"] == "asst_1"
