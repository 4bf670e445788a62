"""Runs commands with the kind Shelf in one process, and prints the results as JSON.

Usage: python added_kind_run.py FOLDER. It imports the package in the current folder.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

STACK = """apiVersion: provisioner/v1
kind: Stack
metadata: {name: acme, id: k3v9q0x7dp}
spec:
  targets:
    here: {runtime: agents, server: embedded}
    there: {runtime: assistants, server: embedded}
  default_target: here
"""
SHELF = """apiVersion: provisioner/v1
kind: Shelf
metadata: {name: law}
spec: {name: NAME}
"""
VAULT = """apiVersion: provisioner/v1
kind: Vault
metadata: {name: keys}
spec: {}
"""
ADDRESS = "shelf.law"


def main(folder: Path) -> None:
    from click.testing import CliRunner

    from provisioner.cli.root import provisioner

    def run(name: str, *args: str) -> None:
        result = CliRunner().invoke(provisioner, args)
        said[name] = [result.exit_code, result.stdout, result.stderr]

    def declare(name: str) -> None:
        (folder / "shelf.yaml").write_text(SHELF.replace("NAME", name), encoding="utf-8")

    said: dict[str, list[object]] = {}
    folder.mkdir()
    (folder / "stack.yaml").write_text(STACK, encoding="utf-8")
    at = ("--manifests", str(folder))
    (folder / "vault.yaml").write_text(VAULT, encoding="utf-8")
    declare("Law")
    run("valid", "validate", *at)
    run("elsewhere", "validate", *at, "--target", "there")
    run("created", "apply", *at, "--yes")
    run("same", "plan", *at, "--exit-code")
    declare("Civil law")
    run("changed", "plan", *at)
    run("updated", "apply", *at, "--yes")
    run("shown", "show", ADDRESS, *at, "--format", "json")
    run("explained", "explain", "shelf.expires_after")
    run("schema", "schema")
    (folder / "shelf.yaml").unlink()
    run("deleted", "apply", *at, "--yes")
    sys.stdout.write(json.dumps(said))


main(Path(sys.argv[1]))
