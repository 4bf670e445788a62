"""The words that name the sides of a comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.model.codes import commands as codes
from provisioner.model.errors import UsageError
from provisioner.verbs.compare.words import Word, word

ENVIRONMENTS, TARGETS = ("dev", "prod", "both"), ("local", "openai", "both")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("prod", "other"):
        (tmp_path / name).mkdir()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dev", Word("dev", environment="dev")),
        ("openai", Word("openai", target="openai")),
        ("prod@local", Word("prod@local", environment="prod", target="local")),
        ("@local", Word("@local", target="local", without_environment=True)),
        ("default@local", Word("default@local", target="local", without_environment=True)),
        ("default", Word("default", without_environment=True)),
        ("./prod", Word("./prod", folder=Path("prod"))),
        ("other", Word("other", folder=Path("other"))),
        ("folder:prod", Word("prod", folder=Path("prod"))),
        ("env:prod", Word("prod", environment="prod")),
        ("env:both", Word("both", environment="both")),
        ("target:both", Word("both", target="both")),
        (
            "run-20261126-231501-7f3a",
            Word("run-20261126-231501-7f3a", run="run-20261126-231501-7f3a"),
        ),
    ],
)
def test_a_word_means_one_side(text: str, expected: Word) -> None:
    assert word(text, ENVIRONMENTS, TARGETS) == expected


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("both", codes.TWO_MEANINGS, "`env:both` or `target:both`"),
        ("prod", codes.TWO_MEANINGS, "`env:prod` or `folder:prod`"),
        ("prd", codes.NO_SIDE, "Did you mean `prod`?"),
        ("env:prd", codes.NO_SIDE, "Did you mean `prod`?"),
        ("prod@nowhere", codes.NO_SIDE, "Environments: `dev`, `prod`, `both`."),
    ],
)
def test_another_word_is_wrong_usage_and_says_what_to_write(
    text: str, code: object, told: str
) -> None:
    with pytest.raises(UsageError) as error:
        word(text, ENVIRONMENTS, TARGETS)

    [diagnostic] = error.value.diagnostics
    assert diagnostic.code is code
    assert told in diagnostic.detail
