"""Answer commands and options of other tools, such as Terraform, with the ones to use here.

Terraform, kubectl, OpenTofu and vendors' own command lines have other names for many commands and
options. A user who types one of them is told ours. A misspelt name is answered with the nearest
name.
"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Final

COMMANDS: Final[dict[str, str]] = {
    "import": "adopt",
    "status": "drift, which shows what moved, or show, which lists every object",
    "list": "show",
    "ls": "show",
    "get": "show",
    "describe": "show ADDRESS",
    "state": "show",
    "output": "show --format env",
    "ids": "show --format env",
    "inspect": "show ADDRESS",
    "log": "history, which lists runs, or show --releases ADDRESS, which lists releases",
    "force-unlock": "unlock",
    "versions": "show --releases ADDRESS",
    "code": "show ADDRESS --as python",
    "diff": "plan",
    "preview": "plan",
    "refresh": "drift",
    "delete": "destroy, which deletes, or forget, which lets an object go and keeps it",
    "rm": "destroy, which deletes, or forget, which lets an object go and keeps it",
    "remove": "destroy, which deletes, or forget, which lets an object go and keeps it",
    "untrack": "forget",
    "release": "forget",
    "create": "apply",
    "deploy": "apply",
    "up": "apply",
    "push": "apply",
    "taint": "apply --replace ADDRESS",
    "sync": "apply",
    "publish": "apply",
    "update": "apply",
    "down": "destroy",
    "undo": "rollback",
    "revert": "rollback",
    "check": "validate",
    "lint": "validate",
    "export": "pull",
    "move": "migrate",
    "mv": "migrate, or `metadata.formerly` in the manifest for a new name",
    "run": "ask",
    "chat": "ask",
    "query": "ask",
    "fmt": "validate, which changes no file",
    "format": "validate, which changes no file",
    "login": "doctor, which says where keys come from",
    "auth": "doctor, which says where keys come from",
    "workspace": "plan --env NAME",
    "new": "init",
    "scaffold": "init",
    "schemas": "schema",
    "server": "serve",
    "start": "serve",
    "emulator": "serve",
    "version": "--version",
    "help": "--help",
}
"""Commands of other tools, each with the words to write after `provisioner`. Where two of our
commands fit, both are there, with what each does."""

OPTIONS: Final[dict[str, str]] = {
    "--json": "--format json",
    "--output": "--format",
    "-o": "--format",
    "--markdown": "--format markdown",
    "-auto-approve": "--yes",
    "--auto-approve": "--yes",
    "--approve": "--yes",
    "--assume-yes": "--yes",
    "--confirm": "--yes",
    "--non-interactive": "--yes",
    "-y": "--yes",
    "-input": "--yes",
    "-f": "--manifests",
    "--file": "--manifests",
    "--filename": "--manifests",
    "--dir": "--manifests",
    "--folder": "--manifests",
    "--path": "--manifests",
    "-chdir": "--manifests",
    "-C": "--manifests",
    "--environment": "--env",
    "-e": "--env",
    "--workspace": "--env",
    "--stage": "--env",
    "--context": "--target",
    "--profile": "--target",
    "-var": "--var",
    "--set": "--var",
    "-var-file": "--var-file",
    "--values": "--var-file",
    "-target": "--select",
    "--only": "--select",
    "--include": "--select",
    "--filter": "--select",
    "-l": "--select",
    "--selector": "--select",
    "--skip": "--exclude",
    "--except": "--exclude",
    "-replace": "--replace",
    "--recreate": "--replace",
    "--taint": "--replace",
    "-out": "--out",
    "--save": "--out",
    "-detailed-exitcode": "--exit-code",
    "--detailed-exitcode": "--exit-code",
    "-parallelism": "--parallelism",
    "--concurrency": "--parallelism",
    "-p": "--parallelism",
    "--debug": "-vv",
    "--trace": "-vv",
    "--no-colour": "--no-color",
    "-no-color": "--no-color",
    "--plain": "--no-color",
    "--full": "--all",
    "--to-revision": "--to",
    "--revision": "--to",
    "--history": "--releases",
}
"""Options of other tools, each with our option of the same meaning."""

ELSEWHERE: Final[dict[str, str]] = {
    "--dry-run": "`plan` shows what apply would do and changes nothing",
    "--check": "`plan --exit-code` exits 3 if anything would change",
    "-destroy": "`destroy` is a command of its own",
    "-refresh-only": "`drift` shows what moved on the live side",
    "--refresh": "the live side is read each time",
    "-refresh": "the live side is read each time",
    "--force": "each guard has an option of its own, which the refusal names; --yes agrees to the question",
    "--prune": "what no manifest declares any more is deleted by every apply; `guards.orphans: keep` keeps it",
    "--watch": "a command runs once",
    "-w": "a command runs once",
    "-n": "provisioner has no namespaces: --env names an environment",
    "--namespace": "provisioner has no namespaces: --env names an environment",
    "-lock": "each command that writes takes a lock by itself; `--ledger none` runs without one",
    "-state": "there is no state file",
    "--api-key": "never write a key on a command line: the target's `api_key_env` names its variable",
    "--key": "never write a key on a command line: the target's `api_key_env` names its variable",
    "--base-url": "the address is the target's `base_url` in the Stack",
    "--url": "the address is the target's `base_url` in the Stack",
    "--model": "the manifests name the models; --var sets a variable that a manifest uses",
    "--quiet": "only the result goes to stdout, and everything else to stderr",
    "-q": "only the result goes to stdout, and everything else to stderr",
}
"""Options of other tools that no command has here, each with a clause that says why, or what to
use."""


def about_command(word: str, known: Collection[str]) -> str:
    """Return a sentence with the command to use in place of an unknown one, after a space.

    Return an empty text if no known command is similar. `known` are the names of our commands.
    """
    if there := COMMANDS.get(word.lower()):
        return f" Use: provisioner {there}."
    near = get_close_matches(word.lower(), known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def about_option(arguments: Sequence[str], unknown: str, known: Collection[str]) -> str:
    """Return a sentence about an option that a command does not have; empty if no option is similar.

    `unknown` is the part that the parser did not understand. For `-auto-approve` that is `-a`, so
    the whole word is looked for in `arguments`. `known` are the options that the command has.
    """
    typed = [word.partition("=")[0] for word in arguments if word.startswith(unknown)]
    for word in (*typed, unknown):
        if why := ELSEWHERE.get(word):
            return f"There is no option {word}: {why}."
        there = OPTIONS.get(word)
        # `-vv` is `-v` twice, so it is not among the options of the command.
        if there and there.split()[0] in {*known, "-vv"}:
            return f"There is no option {word} here. Write {there}."
        # Terraform writes its long options with one dash.
        if f"-{word}" in known:
            return f"There is no option {word} here. Write -{word}."
    return ""
