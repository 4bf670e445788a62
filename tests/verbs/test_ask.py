"""Files that a run made are saved beside what is there, and never over it."""

from pathlib import Path

import pytest

from provisioner.model.conversation import MadeFile
from provisioner.model.errors import ProvisionerError
from provisioner.verbs.ask import save_file


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("mine", encoding="utf-8")
    made = save_file(tmp_path, MadeFile("f1", "t.csv"), b"f1")
    assert made.path == tmp_path / "t-1.csv"
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "t-1.csv").read_bytes() == b"f1"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(ProvisionerError, match="a file could not be saved"):
        save_file(tmp_path / "taken", MadeFile("f1", "t.csv"), b"f1")
