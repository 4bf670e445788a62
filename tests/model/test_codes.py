"""The table of codes is closed, complete, used, and holds nothing of a user's."""

import ast
import re
from pathlib import Path

import pytest

import provisioner
from provisioner.model.code import Code
from provisioner.model.codes.table import TABLE, THEMES, rows
from provisioner.render.codes import generate

PACKAGE = Path(provisioner.__file__).parent
CODES = PACKAGE / "model" / "codes"


def _constants(path: Path) -> list[ast.Assign]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.Assign)]


def test_no_two_codes_share_a_name_or_a_summary() -> None:
    every = [code for module in THEMES.values() for code in rows(module)]

    assert len({code.name for code in every}) == len(every) == len(TABLE)
    assert len({code.summary for code in every}) == len(every)


@pytest.mark.parametrize("code", TABLE.values(), ids=TABLE)
def test_a_code_is_readable(code: Code) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert code.summary.strip() == code.summary
    assert not code.summary.endswith(".")
    assert code.meaning.endswith(".")


@pytest.mark.parametrize("path", sorted(CODES.glob("*.py")), ids=lambda path: path.stem)
def test_every_text_of_the_table_is_a_literal(path: Path) -> None:
    """So no summary can hold what a user wrote or a server said."""
    if path.stem == "__init__":
        return
    for row in _constants(path):
        assert isinstance(row.value, ast.Call)
        assert all(isinstance(argument, ast.Constant) for argument in row.value.args)


def test_codes_are_made_in_the_table_alone() -> None:
    makers = re.compile(r"\bCode\(|from provisioner\.model\.code import .*\b(error|warning)\b")
    elsewhere = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.parent != CODES and makers.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == ["model/code.py"]


def test_every_code_is_used() -> None:
    sources = [p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py") if p.parent != CODES]
    words = {word for text in sources for word in re.findall(r"\b[A-Z][A-Z_0-9]+\b", text)}
    names = {
        target.id
        for path in CODES.glob("*.py")
        if path.stem != "__init__"
        for row in _constants(path)
        for target in row.targets
        if isinstance(target, ast.Name)
    }
    assert sorted(names - words) == []


def test_the_page_of_codes_is_fresh() -> None:
    """Else: `python -m provisioner.render.codes`."""
    page = PACKAGE.parent / "docs" / "diagnostics.md"

    assert page.read_text(encoding="utf-8") == generate()
