from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types import Skill
from openai.types.skills import SkillVersion
from pydantic import TypeAdapter

from provisioner.emulator.knowledge import skill_uploads

if TYPE_CHECKING:
    import httpx2


def manifest(name: str = "refunds", description: str = "How refunds are made.") -> bytes:
    return f"---\nname: {name}\ndescription: {description}\n---\n# Refunds\n".encode()


def folder(name: str = "refunds", **more: bytes) -> list[Any]:
    files = {"SKILL.md": manifest(name), "scripts/run.py": b"print(1)"} | more
    return [(f"{name}/{path}", content) for path, content in files.items()]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for path, content in files.items():
            bundle.writestr(path, content)
    return out.getvalue()


def unzipped(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def both(files: dict[str, bytes]) -> list[Any]:
    """The same files in either form of an upload."""
    return [list(files.items()), ("a.zip", zipped(files))]


def test_a_folder_becomes_a_skill_that_its_front_matter_names(client: openai.OpenAI) -> None:
    made = client.skills.create(files=folder())

    TypeAdapter(Skill).validate_python(made.to_dict())
    assert (made.name, made.description) == ("refunds", "How refunds are made.")
    assert (made.default_version, made.latest_version) == ("1", "1")
    assert client.skills.retrieve(made.id) == made
    assert unzipped(client.skills.content.retrieve(made.id).read()) == {
        "refunds/SKILL.md": manifest(),
        "refunds/scripts/run.py": b"print(1)",
    }


def test_a_zip_is_kept_as_it_came(client: openai.OpenAI) -> None:
    archive = zipped({"a/skill.md": manifest("zipped"), "a/b.txt": b"x"})

    made = client.skills.create(files=("a.zip", archive))

    assert made.name == "zipped"
    assert client.skills.content.retrieve(made.id).read() == archive


def test_front_matter_may_say_more_than_is_asked(client: openai.OpenAI) -> None:
    text = b"---\nname: a\ndescription: >-\n  One:\n  two.\nmetadata: {owner: acme}\n---\n"

    assert client.skills.create(files=[("SKILL.md", text)]).description == "One: two."


def test_versions_are_numbered_and_the_default_one_names_the_skill(client: openai.OpenAI) -> None:
    skill = client.skills.create(files=folder("one"))
    versions = client.skills.versions
    second = versions.create(skill.id, files=folder("two"))
    third = versions.create(skill.id, files=folder("three"), default=True)

    for version in (second, third):
        TypeAdapter(SkillVersion).validate_python(version.to_dict())
    now = client.skills.retrieve(skill.id)
    assert (now.name, now.default_version, now.latest_version) == ("three", "3", "3")
    assert [one.version for one in versions.list(skill.id, limit=1)] == ["3", "2", "1"]
    after = versions.list(skill.id, order="asc", after=second.id)
    assert [one.version for one in after] == ["3"]
    assert versions.retrieve("2", skill_id=skill.id) == second
    assert versions.retrieve("latest", skill_id=skill.id) == third
    content = versions.content.retrieve("2", skill_id=skill.id).read()
    assert "two/SKILL.md" in unzipped(content)
    back = client.skills.update(skill.id, default_version="2")
    assert (back.name, back.default_version, back.latest_version) == ("two", "2", "3")


def test_the_default_version_stays_and_the_last_one_takes_the_skill_with_it(
    client: openai.OpenAI,
) -> None:
    skill = client.skills.create(files=folder())
    versions = client.skills.versions
    versions.create(skill.id, files=folder("two"))
    versions.create(skill.id, files=folder("three"))

    with pytest.raises(openai.BadRequestError, match="is the default version"):
        versions.delete("1", skill_id=skill.id)
    deleted = versions.delete("3", skill_id=skill.id)
    assert (deleted.object, deleted.version) == ("skill.version.deleted", "3")
    assert client.skills.retrieve(skill.id).latest_version == "2"
    assert versions.create(skill.id, files=folder("four")).version == "4"
    for version in ("2", "4", "1"):
        versions.delete(version, skill_id=skill.id)
    with pytest.raises(openai.NotFoundError):
        client.skills.retrieve(skill.id)


def test_skills_are_listed_and_deleted_with_all_their_versions(client: openai.OpenAI) -> None:
    names = [client.skills.create(files=folder()).id for _ in range(5)]
    client.skills.versions.create(names[0], files=folder("two"))

    assert [skill.id for skill in client.skills.list(order="asc", limit=2)] == names
    assert client.skills.delete(names[0]).object == "skill.deleted"
    assert [skill.id for skill in client.skills.list(order="asc")] == names[1:]
    with pytest.raises(openai.NotFoundError):
        client.skills.versions.list(names[0])


def test_skills_need_no_beta_header(wire: httpx2.Client) -> None:
    assert wire.get("/skills", headers={"OpenAI-Beta": ""}).status_code == 200


BAD: list[tuple[str, Any]] = [
    ("exactly one SKILL.md, but got 0", [("a/README.md", b"x")]),
    ("exactly one SKILL.md, but got 2", [("a/SKILL.md", manifest()), ("b/SKILL.md", manifest())]),
    ("front matter", [("SKILL.md", b"# No front matter")]),
    ("front matter", [("SKILL.md", b"")]),
    ("front matter", [("SKILL.md", b"---\nname: a\n")]),
    ("front matter", [("SKILL.md", b"---\n- a\n---\n")]),
    ("front matter", [("SKILL.md", b"---\na: [\n---\n")]),
    ("front matter", [("SKILL.md", b"\xff\xfe---\n")]),
    ("needs a 'name'", [("SKILL.md", b"---\ndescription: b\n---\n")]),
    ("needs a 'name'", [("SKILL.md", manifest("x" * 65))]),
    ("needs a 'name'", [("SKILL.md", b"---\nname: 1\ndescription: b\n---\n")]),
    ("needs a 'description'", [("SKILL.md", b"---\nname: a\n---\n")]),
    ("needs a 'description'", [("SKILL.md", manifest(description="x" * 1025))]),
    ("no path inside the skill", [("SKILL.md", manifest()), ("../b", b"")]),
    ("not a ZIP archive", ("a.zip", b"no zip")),
    ("exactly one SKILL.md, but got 0", ("a.zip", zipped({"a.txt": b""}))),
    ("no path inside the skill", ("a.zip", zipped({"SKILL.md": manifest(), "../b": b""}))),
]


@pytest.mark.parametrize(("message", "files"), BAD)
def test_a_wrong_upload_is_refused(client: openai.OpenAI, message: str, files: Any) -> None:
    skill = client.skills.create(files=folder())

    for call in (
        lambda: client.skills.create(files=files),
        lambda: client.skills.versions.create(skill.id, files=files),
    ):
        with pytest.raises(openai.BadRequestError, match=message) as caught:
            call()
        assert caught.value.param == "files"
    assert client.skills.retrieve(skill.id).latest_version == "1"


def test_an_upload_without_files_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.skills.create()

    assert caught.value.param == "files"


@pytest.mark.parametrize(("count", "fits"), [(500, True), (501, False)])
def test_a_skill_has_at_most_five_hundred_files(
    client: openai.OpenAI, count: int, *, fits: bool
) -> None:
    files = {"SKILL.md": manifest()} | {f"{n}.txt": b"" for n in range(count - 1)}

    for given in both(files):
        if fits:
            assert client.skills.create(files=given).name == "refunds"
        else:
            with pytest.raises(openai.BadRequestError, match="at most 500 files"):
                client.skills.create(files=given)


def test_a_file_and_an_archive_have_their_largest_size(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The real bounds would make the test slow; that they are the platform's is said here.
    assert skill_uploads.MOST_FILE_BYTES == 25 * 1024 * 1024
    assert skill_uploads.MOST_ZIP_BYTES == 50 * 1024 * 1024
    monkeypatch.setattr(skill_uploads, "MOST_FILE_BYTES", 200)
    monkeypatch.setattr(skill_uploads, "MOST_ZIP_BYTES", 500)

    big = {"SKILL.md": manifest(), "big": b"x" * 201}
    for given in both(big):
        with pytest.raises(openai.BadRequestError, match="at most 200"):
            client.skills.create(files=given)
    many = {"SKILL.md": manifest()} | {f"{n}.txt": b"" for n in range(10)}
    with pytest.raises(openai.APIStatusError) as caught:
        client.skills.create(files=("a.zip", zipped(many)))
    assert caught.value.status_code == 413


@pytest.mark.parametrize(
    "body", [{}, {"default_version": 1}, {"default_version": "9"}, {"name": "x"}]
)
def test_a_wrong_default_version_is_refused(wire: httpx2.Client, body: dict[str, Any]) -> None:
    made = wire.post("/skills", files={"files[]": ("SKILL.md", manifest())}).json()

    assert wire.post(f"/skills/{made['id']}", json=body).status_code == 400


@pytest.mark.parametrize(
    "path", ["", "/content", "/versions", "/versions/1", "/versions/1/content"]
)
def test_what_does_not_exist_is_not_found(wire: httpx2.Client, path: str) -> None:
    assert wire.get(f"/skills/skill_none{path}").status_code == 404


def test_a_session_installs_a_skill_by_its_version(client: openai.OpenAI) -> None:
    skill = client.skills.create(files=folder("one"))
    client.skills.versions.create(skill.id, files=folder("two"))

    def installed(**fields: Any) -> tuple[str, str]:
        reference: Any = {"type": "skill_reference", "skill_id": skill.id, **fields}
        environment: Any = {"type": "openai_hosted", "skills": [reference]}
        made = client.beta.agents.environments.create(environment=environment).skills[0].to_dict()
        return str(made["name"]), str(made["version"])

    assert installed() == ("one", "1")
    assert installed(version="latest") == ("two", "2")
    assert installed(version="2") == ("two", "2")
    with pytest.raises(openai.NotFoundError):
        installed(version="9")
