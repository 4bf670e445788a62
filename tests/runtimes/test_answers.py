"""The output of a run: texts, cited files, and names that lead to no other folder."""

from typing import Any

import pytest

from provisioner.model.conversation import MadeFile
from provisioner.model.errors import NotFound
from provisioner.runtimes._shared.answers import citations, made_files, safe_name, text_of
from tests.support.codes import code


class Files:
    """The one question that is asked of a provider here."""

    def __init__(self, **names: str) -> None:
        self.names = names

    def get(self, _collection: str, id: str) -> dict[str, Any]:
        if id not in self.names:
            raise NotFound(code("no such file"))
        return {"id": id, "filename": self.names[id]}


def text(value: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": {"value": value, "annotations": annotations}}]}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("sandbox:/mnt/data/chart.png", "chart.png"),
        ("../../etc/passwd", "passwd"),
        ("..", ""),
        ("", ""),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("a b\x1b[2J\n.csv", "a_b_2J_.csv"),
        ("x" * 300 + ".csv", "x" * 96 + ".csv"),
        ("x." + "y" * 300, "x." + "y" * 98),
        ("naïve\x00.txt", "na_ve_.txt"),
    ],
)
def test_a_name_that_a_server_gives_is_made_safe(path: str, name: str) -> None:
    assert safe_name(path) == name
    assert len(safe_name(path)) <= 100


def test_made_files_are_named_by_the_message_or_by_the_file() -> None:
    messages = [
        text("see", {"text": "sandbox:/mnt/data/t.csv", "file_path": {"file_id": "f1"}}),
        {"content": [{"type": "image_file", "image_file": {"file_id": "f2"}}]},
        {"content": [{"type": "image_file", "image_file": {"file_id": "f3"}}]},
    ]
    files = made_files(messages, Files(f2="plot.png"))  # type: ignore[arg-type]  # what is asked of it
    assert files == (MadeFile("f1", "t.csv"), MadeFile("f2", "plot.png"), MadeFile("f3", "f3"))


def test_citations_are_file_names_each_once() -> None:
    def citation(id: str) -> dict[str, Any]:
        return {"text": "[1]", "file_citation": {"file_id": id}}

    messages = [text("a", citation("f1"), citation("f1"), citation("gone"))]
    assert citations(messages, Files(f1="leave.md")) == ("leave.md", "gone")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (text("Hello"), "Hello"),
        ({"content": "plain, as some servers say it"}, "plain, as some servers say it"),
        ({"content": None}, ""),
        ({"content": [{"type": "text", "text": None}]}, ""),
    ],
)
def test_the_text_of_a_message_however_it_is_spelled(message: dict[str, Any], says: str) -> None:
    assert text_of(message) == says


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Hello.", "Hello."),
        ([{"type": "text", "text": "Hello."}], "Hello."),
        ([{"type": "text", "text": ["Hello.", "You."]}], "Hello.\nYou."),
        ([{"type": "text", "text": [{"value": "Hello."}, {"text": "You."}]}], "Hello.\nYou."),
        ([{"type": "text", "text": {"value": ["Hello."]}}], "Hello."),
        ([{"type": "output_text", "text": {"content": "Hello."}}], "Hello."),
        ([{"type": "refusal", "refusal": "I will not."}], "I will not."),
        ({"type": "text", "text": {"value": "Hello."}}, "Hello."),
        (["Hello.", "You."], "Hello.\nYou."),
        ([{"type": "text", "text": {"odd": 7}}], '{"odd": 7}'),
        ([{"type": "new", "thing": 1}], '{"type": "new", "thing": 1}'),
        ([{"type": "image_file", "image_file": {"file_id": "f"}}], ""),
        ([{"type": "text", "text": {"value": "", "annotations": []}}], ""),
        ([{"type": "text", "text": None}], ""),
        (None, ""),
        ([None], ""),
        ([], ""),
    ],
)
def test_an_answer_of_any_shape_is_found(content: Any, said: str) -> None:
    assert text_of({"content": content}) == said


@pytest.mark.parametrize(
    "content",
    [
        [{"text": ["a"]}],
        [{"text": {"annotations": 7}}],
        [{"text": {"annotations": [7, None, {"file_citation": "f"}, {"file_path": ["f"]}]}}],
        [{"image_file": "f"}],
        7,
    ],
)
def test_what_stands_beside_an_answer_may_have_any_shape(content: Any) -> None:
    assert citations([{"content": content}], Files()) == ()  # type: ignore[arg-type]  # enough of one
    assert made_files([{"content": content}], Files()) == ()  # type: ignore[arg-type]  # enough of one
