"""Test the parts of ready code, on targets that need a test of their own."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.emulator import create_app
from provisioner.model.stack import Target, WorkloadIdentity
from provisioner.render.code import Access, Recipe, curl_code, python_code
from provisioner.runtimes import RUNTIMES
from provisioner.verbs.show.ready_code import access_to
from tests.cli.conftest import environment
from tests.providers.test_foundry import PROJECT, Clock, Foundry, Issuer
from tests.support.programs import run_here
from tests.support.servers import serving
from tests.support.stories import client_of

if TYPE_CHECKING:
    from collections.abc import Callable

FOUNDRY = Target("managed", "assistants", server="foundry")


def a_recipe(
    runtime: str, name: str, params: dict[str, Any], access: Access, about: tuple[str, ...]
) -> Recipe:
    conversation = RUNTIMES[runtime].conversation
    assert conversation
    assert conversation.code
    return Recipe(conversation.code, name, params, access, about, "load()", conversation.loads)


def run_python(code: str, folder: Path, token: str) -> str:
    return run_here(code, folder, environment(AZURE_AI_TOKEN=token))


def run_shell(code: str, folder: Path, token: str) -> str:
    env = environment(AZURE_AI_TOKEN=token)
    done = subprocess.run(
        ["sh", "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(
    ("write", "run"),
    [(python_code, run_python), (curl_code, run_shell)],
    ids=["python", "curl"],
)
def test_at_foundry_code_takes_a_token_and_names_the_api_version(
    write: Callable[[Recipe], str], run: Callable[[str, Path, str], str], tmp_path: Path
) -> None:
    app, issuer = create_app(), Issuer(Clock())
    with client_of(app) as client, pytest.deprecated_call():
        assistant = client.beta.assistants.create(model="gpt-6.1-terra").id
    with serving(Foundry(app, issuer)) as url:
        target = replace(FOUNDRY, base_url=f"{url.removesuffix('/v1')}{PROJECT}")
        access = access_to(target)
        recipe = a_recipe("assistants", "x", {"assistant_id": assistant}, access, ())

        answer = run(write(recipe), tmp_path, issuer.get_token("any").token)

    app.close()
    assert "[stand-in model]" in answer
    assert access.api_version == "v1"


def test_a_workload_has_a_key_in_code() -> None:
    identity = WorkloadIdentity("github", "idp_1", "svc_1")
    target = Target("openai", "responses", workload_identity=identity)
    recipe = a_recipe("responses", "x", {"model": "m"}, access_to(target), ())

    assert 'api_key=os.environ["OPENAI_API_KEY"]' in python_code(recipe)
    assert '-H "Authorization: Bearer $OPENAI_API_KEY"' in curl_code(recipe)


def test_what_python_knows_as_a_word_of_its_own_goes_beside_the_arguments() -> None:
    params = {"model": "m", "async": True, "a-b": "c"}
    access = access_to(Target("openai", "responses"))

    code = python_code(a_recipe("responses", "class", params, access, ()))

    compile(code, "ask.py", "exec")
    assert '    extra_body={"async": True, "a-b": "c"},\n' in code
    assert "_class = load()" in code


def test_a_comment_stays_a_comment() -> None:
    access = access_to(Target("openai", "responses"))
    recipe = a_recipe("responses", "x", {"model": "m"}, access, ("a\nimport os; b\r\x1b[1m",))

    for code in (python_code(recipe), curl_code(recipe)):
        assert code.splitlines()[0].startswith("# a␊import os; b␍")
        assert "\x1b" not in code
