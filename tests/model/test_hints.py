"""Command lines in messages: each is built in one place, with the options that are in use."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import provisioner
from provisioner.cli.root import COMMANDS
from provisioner.cli.root import provisioner as root
from provisioner.model import hints
from tests.support.trees import nodes_of

HOUSE = Path(provisioner.__file__).parent
NAMES = "|".join(COMMANDS)
BY_HAND = re.compile(rf"\bprovisioner (?:{NAMES})\b|(?<![\w/-])(?:{NAMES}) --[a-z]")

HINTS = {"hint", "command_line"}
SILENT = {"named", "nullable", "write_examples"}


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    hints.reset()
    yield
    hints.reset()


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module that may reach a message, with its line.

    Docstrings, descriptions in schemas, examples of commands, and the meanings of codes, which
    stand in the documentation, are no messages of a run.
    """
    nodes = nodes_of(file)
    silent: set[ast.AST] = set()
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            silent |= {
                v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "description"
            }
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SILENT:
            silent |= {part for argument in node.args for part in ast.walk(argument)}
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Annotated":
            silent |= set(ast.walk(node.slice))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "__doc__":
            silent.add(node.value)
        if isinstance(node, ast.keyword) and node.arg == "help":
            silent |= set(ast.walk(node.value))
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in silent:
            yield node.lineno, node.value


def test_no_message_builds_a_command_line_by_hand() -> None:
    # `habits` answers words of other tools before any option is read; `reference` writes a page.
    silent = {"codes", "habits.py", "reference.py"}
    rooms = [file for file in HOUSE.rglob("*.py") if not silent & set(file.parts)]
    found = [
        f"{file.relative_to(HOUSE)}:{line}: {text}"
        for file in rooms
        for line, text in texts(file)
        if BY_HAND.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'detail = f"Apply it first: provisioner apply --target {name}"',
        'detail = "A plan saved with plan --out may be applied."',
        'detail = ("Take it over: provisioner " "adopt --owner X.")',
    ],
)
def test_a_command_line_built_by_hand_is_seen(tmp_path: Path, source: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(source, encoding="utf-8")
    assert any(BY_HAND.search(text) for _, text in texts(module))


def named_by_hints() -> Iterator[str]:
    """The commands that hints name, wherever one is written."""
    for module in HOUSE.rglob("*.py"):
        for node in nodes_of(module):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in HINTS:
                name = node.args[0] if node.args else None
                if isinstance(name, ast.Constant):
                    yield str(name.value)


def test_every_command_that_a_hint_names_says_which_options_it_takes() -> None:
    assert set(named_by_hints()) <= hints.TAKEN.keys() <= COMMANDS.keys()


@pytest.mark.parametrize("name", hints.TAKEN)
def test_a_hint_adds_the_common_options_that_its_command_takes(name: str) -> None:
    command = root.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    common = set(hints.OptionsInUse.__dataclass_fields__)
    own = {str(parameter.name) for parameter in command.params}
    assert set(hints.TAKEN[name]) == own & common


def test_a_hint_carries_the_options_in_use_and_no_value_of_a_variable() -> None:
    hints.note(manifests="my folder", env="prod", target="eu", var=("key",), var_file=("a.yaml",))
    hints.note(select=("assistant.a", "!team=x"))
    assert hints.hint("show", "assistant.a") == (
        "`provisioner show assistant.a --manifests 'my folder' --env prod --target eu"
        " --var key=VALUE --var-file a.yaml`"
    )
    assert hints.command_line("apply", only=("select",)) == (
        "provisioner apply --select assistant.a --exclude team=x"
    )
    assert hints.command_line("serve") == "provisioner serve"


def test_an_option_that_the_hint_itself_gives_is_not_given_twice() -> None:
    hints.note(target="eu", select=("assistant.a",))
    assert hints.command_line("apply", "--target", "us", "--select", "assistant.b") == (
        "provisioner apply --target us --select assistant.b"
    )
    assert hints.command_line("plan", "--exclude=assistant.b", "--target=us") == (
        "provisioner plan --exclude=assistant.b --target=us"
    )


def hints_in(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Every hint of a module: its command, and its words that stand in the source."""
    for node in nodes_of(file):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"hint", "command_line"}:
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if words and isinstance(node.args[0], ast.Constant):
                yield str(words[0]), [str(word) for word in words[1:]]


def test_every_hint_names_a_command_that_there_is_and_options_that_it_has() -> None:
    found = [one for file in HOUSE.rglob("*.py") for one in hints_in(file)]
    assert len(found) > 20
    for name, words in found:
        command = root.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None, name
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, (name, words)
