"""A repository on the tests' GitHub, an account, and a server of somebody else that must get nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from provisioner.emulator import create_app
from tests.support.actions import Runner
from tests.support.github import GitHub, Recording
from tests.support.habits import reply
from tests.support.servers import serving
from tests.support.stories import listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-acme-key-0123456789"  # what nobody but the account may see
STACK = """\
apiVersion: provisioner/v1
kind: Stack
metadata: {{name: helpdesk, id: k3v9q0x7dp}}
spec:
  default_target: live
  targets:
    live: {{runtime: assistants, base_url: "{account}", api_key_env: ACME_KEY}}
  variables:
    model: {{type: string, default: gpt-6.1-terra}}
"""
HELPER = """\
apiVersion: provisioner/v1
kind: Assistant
metadata: {name: helper}
spec: {name: Helper, model: "${var:model}", instructions: Be brief.}
"""
CLERK = HELPER.replace("helper", "clerk").replace("Helper", "Clerk")


class Account(Recording):
    """The embedded server, where one key is good."""

    def __call__(self, environ: Any, start: Any) -> Any:
        if Request(environ).headers.get("Authorization") != f"Bearer {KEY}":
            self.seen.append(("REFUSED", environ["PATH_INFO"], ""))
            return reply({"error": {"message": "Incorrect API key"}}, 401)(environ, start)
        return super().__call__(environ, start)


@dataclass
class Helpdesk:
    """A company's repository on GitHub, with its account."""

    github: GitHub
    runner: Runner
    account: Account
    account_url: str
    thief: Recording
    thief_url: str

    @property
    def stack(self) -> str:
        return STACK.format(account=self.account_url)

    def assistants(self) -> dict[str, dict[str, Any]]:
        """Return the live assistants by name."""
        found = {row["name"]: row for row in listed(self.account.app, "assistants")}
        return dict(sorted(found.items()))

    @property
    def instructions(self) -> dict[str, str]:
        return {name: row["instructions"] for name, row in self.assistants().items()}

    @property
    def models(self) -> set[str]:
        return {row["model"] for row in self.assistants().values()}

    def comments(self, number: int) -> list[str]:
        return [
            row["body"]
            for row in self.github.comments
            if row["issue"] == number and row["user"]["type"] == "Bot"
        ]


def edit(desk: Helpdesk, name: str, instructions: str) -> None:
    """Change an assistant by hand."""
    request = EnvironBuilder(
        path=f"/v1/assistants/{desk.assistants()[name]['id']}",
        method="POST",
        json={"instructions": instructions},
        headers=Headers({"Authorization": "Bearer any", "OpenAI-Beta": "assistants=v2"}),
    )
    assert Response.from_app(desk.account.app, request.get_environ()).status_code == 200


def helpdesk(folder: Path) -> Iterator[Helpdesk]:
    """Yield the company with `helper` in its manifests, and nothing applied."""
    github = GitHub(folder)
    account, thief = Account(create_app()), Recording(create_app())
    with serving(account) as account_url, serving(thief) as thief_url, serving(github) as url:
        runner = Runner(github, url, folder, {"PROVISIONER_KEY": KEY})
        yield Helpdesk(github, runner, account, account_url, thief, thief_url)
