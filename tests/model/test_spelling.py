"""Files whose names are spelled in another form on the disk."""

import os
import unicodedata
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pytest

from provisioner.model.spelling import on_disk

NAME = "Größe/é.md"
Form: TypeAlias = Literal["NFC", "NFD"]
FORMS: Final[list[Form]] = ["NFC", "NFD"]


@pytest.mark.parametrize("disk", FORMS)
@pytest.mark.parametrize("wanted", FORMS)
def test_a_file_is_found_in_either_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disk: Form, wanted: Form
) -> None:
    file = tmp_path / unicodedata.normalize(disk, NAME)
    file.parent.mkdir()
    file.write_text("x")
    monkeypatch.chdir(tmp_path)

    for folder in (tmp_path, Path()):
        found = on_disk(folder / unicodedata.normalize(wanted, NAME))
        assert found.read_text() == "x"
        assert os.path.relpath(found) == os.path.relpath(file)


def test_what_is_not_there_comes_back_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()

    for name in ("ö.md", "é/ö.md", "a.md/ö.md", "b.md"):
        assert on_disk(tmp_path / name) == tmp_path / name


def test_the_very_name_wins_where_a_folder_has_both(tmp_path: Path) -> None:
    for form in FORMS:
        (tmp_path / unicodedata.normalize(form, "é.md")).write_text(form)

    for form in FORMS:
        assert on_disk(tmp_path / unicodedata.normalize(form, "é.md")).read_text() == form
