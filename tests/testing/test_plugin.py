"""The pytest plugin, used by suites of applications that run in pytest themselves."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SAMPLES = Path(__file__).parents[2] / "manifests"
CONFIGURATION = """
    [pytest]
    addopts = -p no:randomly -p no:xdist -p no:cacheprovider
    filterwarnings = ignore::DeprecationWarning
    provisioner_manifests = {folder}
    provisioner_env = {environment}
    provisioner_target = {target}
"""


@pytest.fixture
def application(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample manifests and a conftest.py that names the plugin.

    Other plugins that happen to be installed here are not loaded.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    shutil.copytree(SAMPLES, pytester.path / "manifests", ignore=shutil.ignore_patterns(".*"))
    pytester.makeconftest('pytest_plugins = ["provisioner.testing"]')
    return pytester.path


def run(
    pytester: pytest.Pytester,
    tests: str,
    *,
    target: str = "",
    environment: str = "",
    folder: str = "manifests",
) -> pytest.RunResult:
    pytester.makeini(CONFIGURATION.format(folder=folder, environment=environment, target=target))
    pytester.makepyfile(textwrap.dedent(tests))
    return pytester.runpytest_subprocess()


@pytest.mark.usefixtures("application")
def test_each_test_has_an_account_of_its_own(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        from openai import OpenAI

        @pytest.mark.parametrize("number", range(4))
        def test_application(provisioner_account, number):
            with OpenAI() as client:
                assistants = client.beta.assistants.list(limit=100).data
                ids = provisioner_account.ids
                wanted = {id for name, id in ids.items() if name.startswith("assistant.")}
                assert {one.id for one in assistants} == wanted
                client.beta.assistants.delete(assistants[0].id)
        """,
    )
    result.assert_outcomes(passed=4)


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(
    ("target", "parameters"),
    [("", "run_params"), ("openai", "params"), ("managed", "session_params")],
)
def test_load_reads_the_account_whatever_it_is_told(
    pytester: pytest.Pytester, target: str, parameters: str
) -> None:
    result = run(
        pytester,
        f"""
        import provisioner

        def test_application(provisioner_account):
            assistant = provisioner.load("policy-qa", releases="s3://acme", owner="acme/prod")
            assert assistant.{parameters}()
            assert assistant.id == provisioner_account.ids["assistant.policy-qa"]
        """,
        target=target,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"folder": "nowhere"}, "*nowhere*"),
        ({"environment": "qa"}, "*qa*"),
    ],
)
@pytest.mark.usefixtures("application")
def test_what_is_wrong_with_the_setup_is_said_in_place_of_a_traceback(
    pytester: pytest.Pytester, settings: dict[str, str], says: str
) -> None:
    result = run(pytester, "def test_application(provisioner_account): pass", **settings)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*account.py*")
