"""Texts of files, and exported assistants: what can be read, and what is refused."""

import pytest

from provisioner.model.contents import readable
from provisioner.model.exported import Exported, Lost


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("a.txt", b"Hello.", "Hello."),
        ("a.txt", b"\xef\xbb\xbfHello.", "Hello."),
        ("a.txt", b"He\0llo.", ""),
        ("a.txt", b"\xff\xfe", ""),
        ("a.md", b"H\xffi", "H\ufffdi"),
    ],
    ids=["text", "with a mark of its order", "binary", "no UTF-8", "Markdown"],
)
def test_a_file_is_a_text_or_it_is_none(path: str, data: bytes, text: str) -> None:
    assert readable(path, data) == text


@pytest.mark.parametrize("refused", [False, True])
def test_an_exported_assistant_is_usable_until_it_is_refused(refused: bool) -> None:
    one = Exported("asst_1", {"name": "QA"})
    one.lose("tools[x]", "There is no such tool.")
    if refused:
        one.refuse("It names no model.")

    assert one.usable is not refused
    assert one.name == "QA"
    assert one.lost[:1] == [Lost("tools[x]", "There is no such tool.")]
    assert one.lost[1:] == ([Lost("", "It names no model.")] if refused else [])
