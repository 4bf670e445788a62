"""A pytest plugin that gives each test of an application its own account with the assistants in it.

It is named in the `conftest.py` at the top of the application's tests:

    pytest_plugins = ["provisioner.testing"]

The manifests are applied once to an embedded server. Each test that uses the fixture
`provisioner_account` begins with a copy of that account, and no other test sees its changes.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.testing.account import Account, Accounts

INI = {
    "provisioner_manifests": "The folder of manifests, relative to pytest's configuration file.",
    "provisioner_env": "The environment of the Stack that is applied.",
    "provisioner_target": "The target whose runtime is used. No request is sent to its host.",
}
"""Options of pytest's configuration file, with their help."""


def pytest_addoption(parser: pytest.Parser) -> None:
    for name, help_text in INI.items():
        parser.addini(name, help_text, default="manifests" if name.endswith("manifests") else "")
    parser.addini("provisioner_vars", "Variables of the Stack, one NAME=VALUE a line.", "linelist")


@pytest.fixture(scope="session")
def provisioner_accounts(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Accounts]:
    """Apply the manifests once, and yield the account that is copied for each test."""
    # pytest loads the plugin for every run. These imports take long, so only a test that needs an
    # account pays for them.
    from provisioner.model.errors import ProvisionerError
    from provisioner.testing.account import accounts

    opened = accounts(
        pytestconfig.rootpath / str(pytestconfig.getini("provisioner_manifests")),
        tmp_path_factory.mktemp("provisioner"),
        environment=str(pytestconfig.getini("provisioner_env")),
        target=str(pytestconfig.getini("provisioner_target")),
        variables=_variables(pytestconfig.getini("provisioner_vars")),
    )
    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened)
        except ProvisionerError as error:
            # A traceback through this package would hide the sentence that says what to correct.
            pytest.fail(str(error), pytrace=False)
        yield found


def _variables(lines: Any) -> dict[str, str]:
    found = {}
    for line in lines:
        name, separator, value = str(line).partition("=")
        if not separator:
            raise pytest.UsageError(
                f"provisioner_vars: {line!r} is not NAME=VALUE. Write one pair on each line."
            )
        found[name.strip()] = value.strip()
    return found


@pytest.fixture
def provisioner_account(
    provisioner_accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    """Yield an account for one test, in which the manifests have been applied.

    OPENAI_BASE_URL and OPENAI_API_KEY are set to it. `provisioner.load` reads it, whatever folder,
    target or registry its arguments name, so that the application is tested unchanged.
    """
    with provisioner_accounts.account() as account:
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)
        yield account


def pytest_report_header(config: pytest.Config) -> str:
    folder = Path(str(config.getini("provisioner_manifests")))
    return f"provisioner: the manifests of {folder} on embedded accounts"
