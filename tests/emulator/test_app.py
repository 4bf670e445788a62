from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx2


def error_of(response: httpx2.Response) -> dict[str, object]:
    error: dict[str, object] = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic abc"])
def test_a_request_without_a_bearer_token_is_refused(wire: httpx2.Client, header: str) -> None:
    answer = wire.get("/models", headers={"Authorization": header})

    assert answer.status_code == 401
    assert error_of(answer)["type"] == "invalid_request_error"


def test_every_answer_carries_its_own_request_id(wire: httpx2.Client) -> None:
    answers = [wire.get("/models"), wire.get("/nothing"), wire.get("/assistants/asst_none")]
    ids = {answer.headers["x-request-id"] for answer in answers}

    assert len(ids) == 3
    for answer in answers:
        assert answer.headers["x-request-id"].startswith("req_")
        assert answer.headers["openai-processing-ms"].isdecimal()
        assert answer.headers["content-type"] == "application/json"


def test_an_unknown_route_is_an_invalid_url(wire: httpx2.Client) -> None:
    answer = wire.get("/foo")

    assert answer.status_code == 404
    assert error_of(answer)["message"] == "Invalid URL (GET /v1/foo)"


def test_a_wrong_method_is_not_allowed(wire: httpx2.Client) -> None:
    answer = wire.put("/assistants")

    assert answer.status_code == 405
    assert error_of(answer)["code"] == "method_not_supported"


@pytest.mark.parametrize("path", ["/assistants", "/threads/thread_1", "/threads/t/runs/r/steps"])
def test_the_beta_header_is_demanded_where_the_platform_does(
    wire: httpx2.Client, path: str
) -> None:
    answer = wire.get(path, headers={"OpenAI-Beta": ""})

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "invalid_beta"
    assert "'OpenAI-Beta: assistants=v2'" in str(error_of(answer)["message"])


@pytest.mark.parametrize("path", ["/vector_stores", "/files", "/models"])
def test_the_beta_header_is_not_demanded_elsewhere(wire: httpx2.Client, path: str) -> None:
    assert wire.get(path, headers={"OpenAI-Beta": ""}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b'{"model": NaN}', b"\xff", b'{"a" 1}'])
def test_a_body_that_is_no_json_is_said_so(wire: httpx2.Client, body: bytes) -> None:
    answer = wire.post("/assistants", content=body)

    assert answer.status_code == 400
    assert "could not parse the JSON body" in str(error_of(answer)["message"])


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"'])
def test_a_body_that_is_no_object_is_refused(wire: httpx2.Client, body: bytes) -> None:
    answer = wire.post("/assistants", content=body)

    assert answer.status_code == 400
    assert error_of(answer)["code"] == "invalid_type"


def test_models_come_in_one_page_with_their_shutdown_dates(wire: httpx2.Client) -> None:
    models = {model["id"]: model["shutdown_date"] for model in wire.get("/models").json()["data"]}

    assert models["gpt-4o"] == "2027-01-14"
    assert models["gpt-6.1-sol"] is None
    assert wire.get("/models/gpt-5").json()["shutdown_date"] == "2026-12-11"


def test_an_unknown_model_is_not_found(wire: httpx2.Client) -> None:
    answer = wire.get("/models/gpt-0")

    assert answer.status_code == 404
    assert error_of(answer)["code"] == "model_not_found"
