"""Digests of a file: one of its bytes, and one of what it says whatever its line endings are."""

import hashlib

import pytest

from provisioner.model.contents import content_of
from provisioner.model.digests import measured, with_lf
from provisioner.model.resource import Document
from provisioner.model.value import Content, digest, recorded_variants

LINES = "Grüße\nsecond\n\nlast"
WITH_LF = LINES.encode()
WITH_CRLF = LINES.replace("\n", "\r\n").encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", [WITH_LF, WITH_CRLF, b"mixed\r\nand\nmixed\r\n", b"\r\n", b""])
def test_a_text_says_the_same_with_every_line_ending(data: bytes) -> None:
    found = measured([data])
    plain = data.replace(b"\r\n", b"\n")

    assert (found.sha256, found.size) == (sha256(data), len(plain))
    assert found.content == sha256(plain)
    assert found.windows == sha256(plain.replace(b"\n", b"\r\n"))
    assert with_lf(data) == plain


@pytest.mark.parametrize(
    "data",
    [
        b"\0a\r\nb",
        b"a\r\n\xff\xfe",
        "a\r\nb".encode("utf-16"),
        b"a\r\n" * 100 + b"\0",
        WITH_CRLF + b"\xc3",
    ],
)
def test_what_is_no_text_is_only_its_bytes(data: bytes) -> None:
    found = measured([data])

    assert found.sha256 == found.content == found.windows == sha256(data)
    assert found.size == len(data)
    assert with_lf(data) == data


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_it_makes_no_difference_where_a_file_is_cut(size: int) -> None:
    for data in (WITH_CRLF, b"a\r\r\n\rb\r", b"a\n\0\r\n", WITH_LF + b"\xc3"):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]

        assert measured(pieces) == measured([data])


def test_a_lone_carriage_return_stays() -> None:
    assert measured([b"a\rb\r"]).content == sha256(b"a\rb\r")


def document(data: bytes) -> Document:
    found = measured([data])
    return Document("a.md", found.sha256, found.size, content=found.content, windows=found.windows)


def test_a_document_is_known_by_each_of_its_digests_and_their_beginnings() -> None:
    for checkout in (document(WITH_LF), document(WITH_CRLF)):
        for recorded in (WITH_LF, WITH_CRLF):
            assert checkout.is_recorded_as(sha256(recorded))
            assert checkout.is_recorded_as(sha256(recorded)[:8])
        assert not checkout.is_recorded_as(sha256(b"other"))
        assert not checkout.is_recorded_as("")
        assert checkout.said == sha256(WITH_LF)


def test_a_file_in_a_spec_counts_by_what_it_says() -> None:
    unix, windows = content_of("a", WITH_LF), content_of("a", WITH_CRLF)

    assert unix.sha256 != windows.sha256
    assert digest({"files": {"a": unix}}) == digest({"files": {"a": windows}})
    assert digest(unix) != digest(content_of("a", WITH_LF + b"!"))


def test_a_file_in_a_spec_is_spelled_in_each_way_that_may_have_been_recorded() -> None:
    value = {"a": content_of("a", WITH_CRLF), "b": 1}

    assert [*recorded_variants(value)][1:] == [
        {"a": {"sha256": sha256(WITH_CRLF)}, "b": 1},
        {"a": {"sha256": sha256(WITH_CRLF)}, "b": 1},
    ]
    assert [*recorded_variants(content_of("a", WITH_LF))][1:] == [
        {"sha256": sha256(WITH_LF)},
        {"sha256": sha256(WITH_CRLF)},
    ]
    assert [*recorded_variants({"b": 1})] == [{"b": 1}]
    assert digest(Content("a", "x", 1)) == digest({"sha256": "x"})
