"""Writes the workflow with which `init --ci github` sets up GitHub Actions."""

import json
import re
from collections.abc import Mapping
from typing import Final

from provisioner.pipelines.host import Setup

FILE: Final = ".github/workflows/provisioner.yml"


def workflow(asked: Setup) -> Mapping[str, str]:
    """Return the text of the workflow by its path. The text has at most twelve lines."""
    several = len(asked.environments) > 1
    env = "${{ matrix.env }}" if several else "".join(asked.environments)
    given = {
        "env": env,
        "manifests": "" if asked.folder == "manifests" else asked.folder,
        "key": "" if asked.keyless else "${{ secrets.PROVISIONER_KEY }}",
    }
    inputs = ", ".join(f"{name}: {_quoted(value)}" for name, value in given.items() if value)
    permissions = "contents: read, actions: read, pull-requests: write, issues: write"
    permissions += ", id-token: write" if asked.keyless else ""
    at = f"{{branches: [{_quoted(asked.branch)}]}}"
    night = f'{{cron: "{asked.minute} 3 * * *"}}'
    return {
        FILE: "\n".join(
            [
                "name: provisioner",
                f"on: {{pull_request_target: {at}, push: {at}, schedule: [{night}]}}",
                f"permissions: {{{permissions}}}",
                "jobs:",
                "  provisioner:",
                "    runs-on: ubuntu-latest",
                *(
                    [f"    strategy: {{matrix: {{env: [{', '.join(asked.environments)}]}}}}"]
                    * several
                ),
                # The key is in the environment of this name, for the default branch alone.
                f"    environment: {_quoted(env or 'provisioner')}",
                "    steps:",
                f"      - uses: {asked.action}",
                *([f"        with: {{{inputs}}}"] if inputs else []),
                "",
            ]
        )
    }


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text)
