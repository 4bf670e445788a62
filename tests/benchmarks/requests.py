"""Count the requests of each step in the life of the samples:

`python -m tests.benchmarks.requests`. It uses only the command line and the embedded server, so
that it can be copied beside an earlier version of the program and count there too.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from provisioner import emulator
from provisioner.cli.root import provisioner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SAMPLES = Path(__file__).parents[2] / "manifests"
TARGETS = ("local", "local-responses", "local-agents")
SECRETS = (
    *("WAREHOUSE_TOKEN", "CRM_ACCESS_TOKEN", "CRM_REFRESH_TOKEN", "CRM_CLIENT_SECRET"),
    *("CARRIER_API_KEY", "PHOTO_ARCHIVE_TOKEN", "CALENDAR_TOKEN"),
)
"""The variables from which the samples take secrets."""
EDITED = "prompts/policy-qa.md"
STEPS: Mapping[str, tuple[str, ...]] = {
    "plan of nothing there": ("plan",),
    "first apply": ("apply", "--yes"),
    "plan without changes": ("plan",),
    "apply without changes": ("apply", "--yes"),
    "apply of one sentence": ("apply", "--yes"),
    "drift": ("drift",),
    "destroy": ("destroy", "--yes", "--unprotect", "assistant.policy-qa"),
}


class Counted:
    """The embedded server of one account; counts what reaches it, by method."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.methods: Counter[str] = Counter()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.methods[environ["REQUEST_METHOD"]] += 1
        return self.app(environ, start_response)

    def close(self) -> None:
        """The account outlives the commands."""


def counted(target: str, folder: Path) -> dict[str, Counter[str]]:
    """Requests by method, for each step. Raises RuntimeError where a step fails."""
    shutil.copytree(SAMPLES, folder / "manifests")
    account = Counted(emulator.create_app(":memory:"))
    vars(emulator)["create_app"] = lambda _data: account
    os.environ.update({name: f"the-{name.lower()}-of-a-story" for name in SECRETS})
    found = {}
    with chdir(folder):
        for step, command in STEPS.items():
            if "sentence" in step:
                prompt = folder / "manifests" / EDITED
                prompt.write_text(prompt.read_text("utf-8") + "\nBe kind.\n", "utf-8")
            account.methods.clear()
            done = CliRunner().invoke(provisioner, [*command, "--target", target])
            if done.exit_code != 0:
                raise RuntimeError(f"{step}: {done.output}")
            found[step] = Counter(account.methods)
    return found


def main() -> None:
    real = emulator.create_app
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            vars(emulator)["create_app"] = real
            table = counted(target, Path(folder))
        sys.stdout.write(f"\n{target:24} {'all':>5} {'GET':>5} {'POST':>5} {'DELETE':>7}\n")
        for step, by in table.items():
            row = f"{by['GET']:>5} {by['POST']:>5} {by['DELETE']:>7}"
            sys.stdout.write(f"{step:24} {by.total():>5} {row}\n")


if __name__ == "__main__":
    main()
