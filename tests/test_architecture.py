"""The house keeps its shape: imports go one way, rooms stay small, the core stays pure."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "provisioner"
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES, FUNCTION = 330, 50
"""What "about 300" and "about 40" may come to, at most."""


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def test_every_import_contract_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    status = lint_imports(no_cache=True)

    said = capsys.readouterr().out
    assert status == 0, said
    assert all(name in said for name in contracts())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_stays_small_and_says_why_it_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= LINES
    assert not text or ast.get_docstring(ast.parse(text))


def long_functions() -> Iterator[str]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                length = node.end_lineno - node.body[0].lineno
                if length > FUNCTION:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({length} lines)"


def test_functions_stay_small() -> None:
    assert list(long_functions()) == []


def test_a_kind_and_a_runtime_are_one_file_and_one_line() -> None:
    from provisioner.kinds import KINDS
    from provisioner.runtimes import RUNTIMES

    assert all(kind.name == name for name, kind in KINDS.items())
    assert all(runtime.name == name for name, runtime in RUNTIMES.items())
    for name in KINDS:
        assert (PACKAGE / "kinds" / f"{name}.py").is_file()
    for name in RUNTIMES:
        assert any(
            Path(f"{PACKAGE}/runtimes/{name}{end}").is_file() for end in (".py", "/__init__.py")
        )
