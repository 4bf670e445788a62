"""Imports between rooms go one way, modules and functions stay small, and kinds are not named outside."""

import ast
import logging
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests import import_graph
from tests.support.trees import nodes_of, tree_of

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "provisioner"
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES, FUNCTION = 330, 50
"""The most lines of a module and of a function: "about 300" and "about 40" allow no more."""


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def loggers() -> Iterator[None]:
    """Enable the loggers again that import-linter disables: later tests read what they log."""
    before = [one for one in logging.Logger.manager.loggerDict.values() if _is_enabled(one)]
    yield
    for logger in before:
        if isinstance(logger, logging.Logger):
            logger.disabled = False


def _is_enabled(one: object) -> bool:
    return isinstance(one, logging.Logger) and not one.disabled


@pytest.mark.usefixtures("loggers")
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
    assert not text or ast.get_docstring(tree_of(path))


def long_functions() -> Iterator[str]:
    """Yield each function that is too long. Lines that hold only a comment do not count."""
    for path in MODULES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef) and node.end_lineno:
                body = lines[node.body[0].lineno : node.end_lineno]
                length = sum(not line.lstrip().startswith("#") for line in body)
                if length > FUNCTION:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({length} lines)"


def test_functions_stay_small() -> None:
    assert list(long_functions()) == []


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(name: str, nodes: Iterable[ast.AST], modules: Collection[str]) -> set[str]:
    """Return the modules of this package that a module imports, or whose name is a text in it."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one in modules else node.module for one in inner}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} if "." in node.value else set()
    return {one for one in found if one in modules} - {name}


def circles(imports: Mapping[str, Collection[str]]) -> list[set[str]]:
    """Return the groups of modules that import each other, directly or through others.

    It is Kosaraju's algorithm.
    """
    importers: dict[str, set[str]] = {name: set() for name in imports}
    for name, others in imports.items():
        for other in others:
            importers[other].add(name)
    order: list[str] = []
    seen: set[str] = set()
    for name in imports:
        order += reached(name, imports, seen)
    seen.clear()
    groups = (set(reached(name, importers, seen)) for name in reversed(order))
    return [group for group in groups if len(group) > 1]


def reached(name: str, edges: Mapping[str, Collection[str]], seen: set[str]) -> Iterator[str]:
    """Yield a module and all that it imports, directly or through others, the furthest first.

    `edges` are the imports of each module. Modules in `seen` are left out, and found ones added.
    """
    if name not in seen:
        seen.add(name)
        for other in edges[name]:
            yield from reached(other, edges, seen)
        yield name


def test_no_import_leads_back_to_where_it_began() -> None:
    """Imports in functions and for types alone count too, because they only hide a circle."""
    nodes = {module_name(path): nodes_of(path) for path in MODULES}

    found = circles({name: imported_by(name, every, nodes) for name, every in nodes.items()})

    assert found == []


@pytest.mark.parametrize(
    "inside",
    [
        "import {0}",
        "from {0} import thing",
        "from {0} import thing as other",
        "def lazily():\n    from {0} import thing",
        "if TYPE_CHECKING:\n    from {0} import thing",
        "HOMES = {{'thing': ('{0}', 'thing')}}",
    ],
)
def test_a_circle_is_found_however_it_is_imported(inside: str) -> None:
    sources = {
        "house.one": inside.format("house.two"),
        "house.two": inside.format("house.three"),
        "house.three": inside.format("house.one"),
        "house": "from house import one",
    }
    nodes = {name: [*ast.walk(ast.parse(text))] for name, text in sources.items()}

    found = circles({name: imported_by(name, every, nodes) for name, every in nodes.items()})

    assert found == [{"house.one", "house.two", "house.three"}]


def test_a_verb_is_one_file_or_one_folder_named_like_its_command() -> None:
    from provisioner.cli.root import COMMANDS

    verbs = {path.stem for path in (PACKAGE / "verbs").iterdir() if not path.name.startswith("_")}
    without_a_command = {"load"}

    assert verbs <= {*COMMANDS, *without_a_command}
    assert {path.stem for path in (PACKAGE / "cli").glob("[a-z]*.py")} == {*COMMANDS, "root"}


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


PATH, JSON_KEY = "a collection of the API, by its path", "a key of an output that scripts read"
WORD = "a word of a sentence for readers"
SMALL = "load imports next to nothing, and a test compares it with the table"
NAMED_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("render/ask.py", "function"): "a type of tool call in the steps of a run",
    ("cli/_shared/run_options.py", "file"): "the name of an argument of a command",
    ("cli/pull.py", "file"): "the name of an argument of a command",
    ("providers/faults.py", "assistants"): PATH,
    ("providers/openai.py", "assistants"): "the purpose of an upload, as the API calls it",
    ("providers/openai.py", "file"): "the part of an upload's body that holds the file",
    ("providers/releases/release.py", "assistant"): "how an address stands in a release file",
    ("providers/wire.py", "agents"): PATH,
    ("providers/wire.py", "assistants"): PATH,
    ("providers/wire.py", "responses"): PATH,
    ("render/document.py", "file"): JSON_KEY,
    ("render/github.py", "file"): "a property of a workflow command",
    ("render/markdown/migration.py", "assistant"): WORD,
    ("render/migration.py", "assistant"): WORD,
    ("render/migration_document.py", "assistants"): JSON_KEY,
    ("render/migration_output.py", "assistants"): JSON_KEY,
    ("render/migration_reading.py", "assistants"): JSON_KEY,
    ("source/keys.py", "file"): "the key beside which a manifest names a local file",
    ("verbs/_shared/installed.py", "file"): "the scheme of a URL",
    ("verbs/init.py", "assistants"): "the name of a Stack whose folder has none",
    ("verbs/load/from_registry.py", "responses"): SMALL,
    ("verbs/load/run.py", "assistant"): SMALL,
}
"""A module and a name of a kind or a runtime that stands in it -> the reason why it has to."""
OWN_ROOMS = ("kinds", "runtimes", "emulator")


def names_elsewhere() -> Iterator[tuple[str, str]]:
    """Yield (module, name) for each text that names a kind or a runtime outside of their rooms.

    An import of the module of a kind or a runtime counts as well.
    """
    from provisioner.kinds import KINDS
    from provisioner.runtimes import RUNTIMES

    names = {*KINDS, *RUNTIMES}
    homes = {f"provisioner.kinds.{name}" for name in KINDS}
    homes |= {f"provisioner.runtimes.{name}" for name in RUNTIMES}
    for path in MODULES:
        where = path.relative_to(PACKAGE)
        if where.parts[0] in OWN_ROOMS:
            continue
        for node in nodes_of(path):
            if isinstance(node, ast.Constant) and node.value in names:
                yield where.as_posix(), node.value
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names} & homes
                for module in inner or {node.module}:
                    if _is_in(module, homes):
                        yield where.as_posix(), module


def _is_in(module: str, homes: Collection[str]) -> bool:
    return any(module == home or module.startswith((f"{home}.", f"{home}_")) for home in homes)


def test_no_kind_and_no_runtime_is_named_outside_its_room() -> None:
    """Whoever adds a kind would have to find each branch on a name, so code asks for a capability."""
    assert set(names_elsewhere()) == NAMED_ELSEWHERE.keys()


def test_the_page_of_the_house_has_the_import_graph_as_the_code_draws_it() -> None:
    """If this fails, run `python -m tests.import_graph`."""
    page = import_graph.PAGE.read_text(encoding="utf-8")

    assert import_graph.drawn() in page


def test_the_page_of_the_house_names_every_room_and_only_files_that_exist() -> None:
    page = import_graph.PAGE.read_text(encoding="utf-8")
    named = re.findall(r"`((?:provisioner|tests|manifests|schemas)/[\w./-]*)`", page)

    assert {room for room in import_graph.rooms() if f"| `{room}/` |" not in page} == set()
    assert [path for path in named if "ROOM" not in path and not (ROOT / path).exists()] == []
    assert page.count("\n| ") - len(import_graph.rooms()) > 10, "ten changes have their room"
