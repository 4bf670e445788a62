"""Answer words of other tools, such as Terraform, with the words to write here in their place.

Terraform, kubectl, OpenTofu and the SDKs' own command lines have other names for many of our
commands and options. A name of another tool is answered with ours, and a misspelt one with the
nearest name.
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
    "new": "init",
    "scaffold": "init",
    "schemas": "schema",
    "server": "serve",
    "start": "serve",
    "emulator": "serve",
    "version": "--version",
    "help": "--help",
}
"""Commands of other tools, each with the words to write after `provisioner`."""

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
    "--force": "each guard has an option of its own, which the refusal names; --yes answers the question",
    "--prune": "what no manifest declares any more is deleted by every apply; `guards.orphans: keep` keeps it",
    "--watch": "a command runs once",
    "-w": "a command runs once",
    "-n": "there are no namespaces: --env names an environment",
    "--namespace": "there are no namespaces: --env names an environment",
    "-lock": "what writes takes a lock by itself; `--ledger none` goes without",
    "-state": "there is no state file",
    "--api-key": "a key never stands on a command line: the target's `api_key_env` names its variable",
    "--key": "a key never stands on a command line: the target's `api_key_env` names its variable",
    "--base-url": "the address stands in the Stack, as the target's `base_url`",
    "--url": "the address stands in the Stack, as the target's `base_url`",
    "--model": "models stand in the manifests; --var sets a variable that one uses",
    "--quiet": "what is not the result goes to stderr",
    "-q": "what is not the result goes to stderr",
}
"""Options of other tools that no command has here, each with a clause that says why."""


def about_command(word: str, known: Collection[str]) -> str:
    """Return a sentence about a command that does not exist, or an empty text.

    The sentence begins with a space.
    """
    if there := COMMANDS.get(word.lower()):
        return f" Here it is: provisioner {there}."
    near = get_close_matches(word.lower(), known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def about_option(arguments: Sequence[str], unknown: str, known: Collection[str]) -> str:
    """Return a sentence about an option that a command does not have; nothing where none fits.

    `unknown` is what the parser stumbled over: of `-auto-approve` it is `-a`, so the word itself is
    looked for among `arguments`. `known` are the options that the command has.
    """
    typed = [word.partition("=")[0] for word in arguments if word.startswith(unknown)]
    for word in (*typed, unknown):
        if why := ELSEWHERE.get(word):
            return f"There is no {word}: {why}."
        there = OPTIONS.get(word)
        if there and there.split()[0] in {*known, "-vv"}:
            return f"There is no {word} here. Write {there}."
        if f"-{word}" in known:
            return f"There is no {word} here. Write -{word}."
    return ""
