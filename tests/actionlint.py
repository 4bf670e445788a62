"""Check the workflows that `init --ci github` writes, and the inputs of our Action, with actionlint.

    python -m tests.actionlint

It runs the `actionlint` on the PATH, else it lets Go build one. Where neither works, it says so and
fails nothing: the suite checks the same files against GitHub's schema.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click.testing import CliRunner

from provisioner.cli.root import provisioner

ROOT: Final = Path(__file__).parents[1]
BUILT: Final = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
ENVIRONMENTS: Final = ((), ("--env", "dev"), ("--env", "dev", "--env", "prod"))


def main() -> int:
    lint = _actionlint()
    if lint is None:
        sys.stdout.write(
            "There is no actionlint, and Go could not build one: workflows are not linted.\n"
        )
        return 0
    return max(_checked(lint, words) for words in ENVIRONMENTS)


def _actionlint() -> Sequence[str] | None:
    """Return the command that runs actionlint, or None if there is none."""
    if found := shutil.which("actionlint"):
        return (found,)
    built = ("go", "run", BUILT)
    if not shutil.which("go"):
        return None
    # Without a network Go builds nothing that it has not built before.
    tried = subprocess.run([*built, "-version"], capture_output=True, check=False)
    return built if tried.returncode == 0 else None


def _checked(lint: Sequence[str], words: Sequence[str]) -> int:
    """Write a workflow that uses the Action of its own repository, and return actionlint's exit code."""
    with TemporaryDirectory() as folder:
        before = Path.cwd()
        # actionlint looks for workflows in the repository of the current folder.
        os.chdir(folder)
        try:
            subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
            result = CliRunner().invoke(provisioner, ["init"])
            stack = Path("manifests/stack.yaml")
            text = stack.read_text(encoding="utf-8")
            stack.write_text(f"{text}\n  environments: {{dev: {{}}, prod: {{}}}}\n", "utf-8")
            result = CliRunner().invoke(
                provisioner, ["init", "--ci", "github", "--program", "./", *words]
            )
            assert result.exit_code == 0, result.output
            shutil.copy(ROOT / "action.yml", "action.yml")
            return subprocess.run(lint, check=False).returncode
        finally:
            os.chdir(before)


if __name__ == "__main__":
    sys.exit(main())
