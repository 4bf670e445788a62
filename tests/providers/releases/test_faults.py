"""Test the failures between us and a registry, and their messages."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from provisioner.model.errors import (
    Ambiguous,
    Invalid,
    NotFound,
    ProviderError,
    RateLimited,
    Unauthorized,
    Unreachable,
)
from provisioner.providers.releases import attempts, open_registry
from provisioner.providers.retries import Patience
from tests.providers.releases.conftest import ID, Place, release
from tests.support.s3 import BUCKET, ENVIRONMENT, Storage, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request, Response


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between tries nobody waits."""
    hasty = partial(Patience, first=0.001, longest=0.002)
    monkeypatch.setattr(attempts, "Patience", hasty)


def always(answer: Callable[[], Response]) -> Callable[[Request, object], Response]:
    return lambda _request, _perform: answer()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "AccessDenied", Unauthorized),
        (403, "InvalidAccessKeyId", Unauthorized),
        (403, "SignatureDoesNotMatch", Unauthorized),
        (404, "NoSuchBucket", NotFound),
        (503, "SlowDown", RateLimited),
        (400, "InvalidRequest", Invalid),
        (500, "InternalError", ProviderError),
    ],
)
def test_what_storage_refuses_is_told_by_its_kind(
    s3: Storage, s3_location: str, status: int, code: str, kind: type[ProviderError]
) -> None:
    s3.trouble = always(lambda: failure(status, code))
    with pytest.raises(ProviderError) as raised:
        open_registry(s3_location, max_wait=0).current()
    assert type(raised.value) is kind
    assert s3_location in str(raised.value)
    assert ENVIRONMENT["AWS_SECRET_ACCESS_KEY"] not in str(raised.value)


def test_a_bucket_that_does_not_exist_is_no_empty_registry(s3: Storage) -> None:
    with pytest.raises(NotFound, match="Create the bucket"):
        open_registry("s3://no-such-bucket/releases").current()
    assert s3.seen


def test_a_publication_that_nobody_can_vouch_for_is_ambiguous(
    s3: Storage, s3_location: str
) -> None:
    registry = open_registry(s3_location)

    def lose(request: Request, perform: Callable[[], Response]) -> Response:
        return failure(500, "InternalError") if request.method == "PUT" else perform()

    s3.trouble = lose
    with pytest.raises(Ambiguous, match="Whether it was performed is not known"):
        registry.publish(release())
    s3.trouble = None
    assert registry.publish(release(), based_on=0).number == 1
    assert registry.numbers() == {ID: [1]}


def test_a_publication_whose_first_answer_was_lost_is_recognised_as_ours(
    s3: Storage, s3_location: str
) -> None:
    """It is sent again, and finds the number taken; others have gone on since."""
    lost: list[str] = []

    def lose_once(request: Request, perform: Callable[[], Response]) -> Response:
        answer = perform()
        if request.method == "PUT" and not lost:
            lost.append(request.path)
            open_registry(s3_location).publish(release("theirs"))
            return failure(500, "InternalError")
        return answer

    s3.trouble = lose_once
    assert open_registry(s3_location).publish(release("ours"), based_on=0).number == 1
    assert lost
    history = open_registry(s3_location).history(ID)
    assert [old.params["model"] for old in history] == ["theirs", "ours"]


@pytest.mark.parametrize(
    ("status", "code", "more"),
    [
        (412, "PreconditionFailed", "<Condition>If-None-Match</Condition>"),
        (412, "PreconditionFailed", ""),
        (409, "ConditionalRequestConflict", ""),
    ],
)
def test_however_storage_says_that_a_number_is_taken_the_next_try_finds_out(
    s3: Storage, s3_location: str, status: int, code: str, more: str
) -> None:
    refused: list[str] = []

    def refuse_once(request: Request, perform: Callable[[], Response]) -> Response:
        if request.method == "PUT" and not refused:
            refused.append(request.path)
            return failure(status, code, more)
        return perform()

    s3.trouble = refuse_once
    assert open_registry(s3_location).publish(release()).number == 1
    assert refused


def test_storage_that_nobody_listens_at_is_unreachable(
    s3: Storage, s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        open_registry(s3_location).publish(release())
    assert s3.seen == []


def test_without_credentials_nothing_is_sent(
    s3: Storage, s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Unauthorized, match="credentials"):
        open_registry(s3_location).current()
    assert s3.seen == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense://bucket/x", "nonsense"),
        ("gs://bucket/x", "gcsfs"),
        ("https://127.0.0.1:9/x", "https://127.0.0.1:9/x"),
    ],
)
def test_a_storage_that_cannot_be_used_says_what_is_missing(url: str, said: str) -> None:
    with pytest.raises(ProviderError) as raised:
        open_registry(url).publish(release())
    assert said in str(raised.value)


def test_a_chain_of_storages_is_refused() -> None:
    with pytest.raises(Invalid, match="one storage"):
        open_registry("simplecache::s3://bucket/releases")


def test_no_error_shows_what_stands_before_an_at_or_behind_a_question_mark() -> None:
    url = "nonsense://someone:hunter2hunter2@host/releases?token=0123456789abcdef"
    with pytest.raises(ProviderError) as raised:
        open_registry(url).current()
    assert "nonsense://host/releases" in str(raised.value)
    for secret in ("someone", "hunter2", "0123456789"):
        assert secret not in str(raised.value)


@pytest.mark.parametrize(
    ("allowed", "let"),
    [
        (None, True),
        ("", False),
        (" , ", False),
        ("127.0.0.1", True),
        (f"elsewhere.example, {BUCKET}.127.0.0.1", True),
        ("*.amazonaws.com", False),
        ("other-bucket.127.0.0.1", False),
    ],
)
def test_allowed_hosts_bound_object_storage_by_endpoint_or_bucket(
    s3: Storage, s3_location: str, allowed: str | None, let: bool
) -> None:
    if let:
        assert open_registry(s3_location, allowed=allowed).current() == {}
        return
    with pytest.raises(ProviderError, match="the host is not allowed"):
        open_registry(s3_location, allowed=allowed)
    assert s3.seen == []


def test_allowed_hosts_do_not_bound_what_leads_nowhere(folder: Place) -> None:
    for location in (folder.location, "memory://here/releases"):
        assert open_registry(location, allowed="only.example").current() == {}


@pytest.mark.parametrize("allowed", ["only.example", ""])
def test_allowed_hosts_of_the_environment_bound_an_application_too(
    monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    from provisioner.providers.releases import load_release

    monkeypatch.setenv("PROVISIONER_ALLOWED_HOSTS", allowed)
    with pytest.raises(ProviderError, match="the host is not allowed"):
        load_release("sftp://host.example/releases", "acme", "prod", "policy-qa")


def test_a_relative_folder_is_relative_to_the_root_it_is_given(tmp_path: Path) -> None:
    open_registry("./releases", tmp_path).publish(release())
    assert (tmp_path / "releases" / ID / "00000001.json").is_file()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("", encoding="utf-8")
    registry = open_registry(tmp_path / "releases")
    with pytest.raises(ProviderError):
        registry.current()
    with pytest.raises(ProviderError):
        registry.publish(release())


def test_a_folder_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    round_and_round = tmp_path / "releases"
    round_and_round.symlink_to(round_and_round)
    with pytest.raises(ProviderError, match="list the releases"):
        open_registry(round_and_round).current()


def test_storage_without_exclusive_writes_says_so_when_it_is_published_to() -> None:
    place = Place("memory://careless/releases")
    place.registry().publish(release())
    assert [said.summary for said in place.said] == ["this storage does not publish exclusively"]


def test_a_trace_names_every_request_and_no_secret(s3_location: str) -> None:
    lines: list[str] = []
    open_registry(s3_location, trace=lines.append).publish(release())
    assert lines[-2].startswith(f"PUT {s3_location}/{ID}/00000001.json ")
    assert lines[-1].startswith(f"GET {s3_location}/{ID}/00000001.json "), "it is read back"
    assert all(line.endswith(" ms") for line in lines)


@pytest.mark.usefixtures("s3")
def test_a_bundle_of_certificates_that_is_not_there_is_told_with_its_variable(
    s3_location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:1")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/bundle.pem")

    with pytest.raises(Invalid, match=r"AWS_CA_BUNDLE names /nowhere/bundle\.pem") as raised:
        open_registry(s3_location, max_wait=0).current()
    assert "[Errno" not in str(raised.value)
