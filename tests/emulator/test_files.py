from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

if TYPE_CHECKING:
    import httpx2

    from .conftest import Clock


def test_a_file_reads_back_its_name_size_and_purpose(client: openai.OpenAI) -> None:
    made = client.files.create(file=("räte.csv", b"a,b\n1,2\n"), purpose="assistants")

    assert made.id.startswith("file-")
    assert (made.filename, made.bytes, made.purpose) == ("räte.csv", 8, "assistants")
    assert (made.status, made.expires_at) == ("processed", None)
    assert client.files.retrieve(made.id) == made


def test_files_are_listed_by_purpose_and_cursor(client: openai.OpenAI) -> None:
    names = [client.files.create(file=(f"{n}.md", b"x"), purpose="assistants").id for n in range(3)]
    client.files.create(file=("image.png", b"x"), purpose="vision")

    assert len(client.files.list().data) == 4
    assert [file.id for file in client.files.list(purpose="assistants", order="asc")] == names
    after = client.files.list(purpose="assistants", order="asc", after=names[0])
    assert [file.id for file in after] == names[1:]
    assert [file.id for file in client.files.list(limit=1)] != []


def test_content_is_given_back_only_for_some_purposes(client: openai.OpenAI) -> None:
    secret = client.files.create(file=("a.md", b"x"), purpose="assistants")
    image = client.files.create(file=("a.png", b"\x89PNG"), purpose="vision")

    assert client.files.content(image.id).read() == b"\x89PNG"
    with pytest.raises(
        openai.BadRequestError, match="Not allowed to download files of purpose: assistants"
    ):
        client.files.content(secret.id)


def test_a_file_goes_when_it_is_deleted_and_when_it_expires(
    client: openai.OpenAI, clock: Clock
) -> None:
    kept = client.files.create(
        file=("a.md", b"x"),
        purpose="assistants",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    deleted = client.files.create(file=("b.md", b"x"), purpose="assistants")

    assert client.files.delete(deleted.id).to_dict() == {
        "id": deleted.id,
        "object": "file",
        "deleted": True,
    }
    assert kept.expires_at == kept.created_at + 3600
    clock.forward(seconds=3600)
    for name in (kept.id, deleted.id):
        with pytest.raises(openai.NotFoundError, match=f"No such File object: {name}"):
            client.files.retrieve(name)


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({}, "purpose"),
        ({"purpose": "fun"}, "purpose"),
        ({"purpose": "assistants_output"}, "purpose"),
        ({"purpose": "assistants", "expires_after[anchor]": "x"}, "expires_after.anchor"),
        (
            {"purpose": "assistants", "expires_after[anchor]": "created_at"},
            "expires_after.seconds",
        ),
        (
            {
                "purpose": "assistants",
                "expires_after[anchor]": "created_at",
                "expires_after[seconds]": "60",
            },
            "expires_after.seconds",
        ),
    ],
)
def test_a_wrong_upload_is_refused_by_name(
    wire: httpx2.Client, form: dict[str, Any], param: str
) -> None:
    answer = wire.post("/files", files={"file": ("a.md", b"x")}, data=form)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_an_upload_without_a_file_is_refused(wire: httpx2.Client) -> None:
    answer = wire.post("/files", data={"purpose": "assistants"})

    assert answer.json()["error"]["param"] == "file"
