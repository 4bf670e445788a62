"""Every command explains itself, and nothing is loaded for that."""

import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

import provisioner.cli
from provisioner.cli._shared.command import Command
from provisioner.cli._shared.environment import SETTINGS
from provisioner.cli.root import COMMANDS
from provisioner.cli.root import provisioner as cli

ROOT = Path(__file__).parents[2]
HEAVY = {"openai", "httpx2", "deepdiff", "rich", "sqlalchemy"}


def test_the_table_names_exactly_the_modules_that_hold_a_command() -> None:
    names = {module.name for module in pkgutil.iter_modules(provisioner.cli.__path__)}
    assert names == {*COMMANDS, "root", "_shared"}
    for name in COMMANDS:
        assert isinstance(import_module(f"provisioner.cli.{name}").command, Command)


def test_the_docs_name_exactly_the_commands_that_there_are() -> None:
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    table, options, _ = (part for part in page.split("\n## ")[1:])
    assert sorted(re.findall(r"^\| `([a-z]+)", table, re.MULTILINE)) == sorted(COMMANDS)
    assert {name for name in SETTINGS.values() if name.partition("_")[2] not in options} == set()
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = readme.partition("## Commands\n")[2].partition("\n## ")[0].partition("[All of them")[0]
    assert sorted(re.findall(r"`([a-z]+)`", listed)) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help_with_an_example(name: str, flag: str) -> None:
    result = CliRunner().invoke(cli, [name, flag])
    assert result.exit_code == 0
    assert f"provisioner {name}" in result.output.partition("Example")[2]
    assert "--no-color" in result.output
    assert "\\" not in result.output
    command = import_module(f"provisioner.cli.{name}").command
    assert command.name == name
    assert command.help.strip()
    assert all(option.help for option in command.params if option.param_type_name == "option")


def test_the_help_of_all_lists_every_command_with_a_short_text() -> None:
    output = CliRunner().invoke(cli, ["--help"]).output
    for name, text in COMMANDS.items():
        assert f"  {name} " in output
        assert text in output


def test_the_version_is_the_package_s() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert result.output == f"provisioner {provisioner.__version__}\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["plna"], "Did you mean plan?"),
        (["plan", "--selct", "x"], "No such option"),
        (["plan", "--parallelism", "0"], "0 is not in the range"),
        (["plan", "--var", "model"], "'model' is not NAME=VALUE"),
        (["plan", "--unprotect", "a helper"], "is not an address"),
        (["show", ".helper"], "is not an address"),
        (["adopt", "assistant.helper"], "Give ADDRESS and ID"),
        (["adopt", "--owner", "nobody"], "is not an owner"),
        (["ask", "assistant.helper", "?", "--tool-output", "lookup={"], "is not JSON"),
        (["schema", "assistnt"], "Did you mean `assistant`?"),
        (["serve", "--port", "70000"], "70000 is not in the range"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(args: list[str], says: str) -> None:
    result = CliRunner().invoke(cli, args)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


def _loaded_by(tmp_path: Path, *commands: list[str]) -> list[set[str]]:
    """The top-level modules in memory after each of the commands, in a process for all of them."""
    code = (
        "import json, sys\n"
        "from provisioner.cli.root import provisioner\n"
        "loaded = []\n"
        f"for args in {list(commands)!r}:\n"
        "    try: provisioner(args)\n"
        "    except SystemExit as end: assert end.code == 0, (args, end.code)\n"
        "    loaded.append(sorted({name.partition('.')[0] for name in sys.modules}))\n"
        "print(json.dumps(loaded))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return [set(names) for names in json.loads(done.stdout.splitlines()[-1])]


def test_help_loads_neither_the_sdk_nor_yaml(tmp_path: Path) -> None:
    helps = [["--help"], *([name, "--help"] for name in COMMANDS)]
    for args, loaded in zip(helps, _loaded_by(tmp_path, *helps), strict=True):
        assert not (HEAVY | {"yaml", "jsonschema"}) & loaded, args


def test_validate_loads_no_http_library_no_deepdiff_and_no_rich(tmp_path: Path) -> None:
    _loaded_by(tmp_path, ["init"])
    [loaded] = _loaded_by(tmp_path, ["validate"])
    assert not HEAVY & loaded


SHOWS_PLANS = (
    "plan",
    "apply",
    "destroy",
    "drift",
    "rollback",
    "migrate",
    "adopt",
    "forget",
    "show",
)


@pytest.mark.parametrize("name", SHOWS_PLANS)
def test_every_command_that_folds_a_plan_can_show_all_of_it(name: str) -> None:
    """A plan that says "(--all)" is printed by commands that take it."""
    assert "--all" in CliRunner().invoke(cli, [name, "--help"]).output
