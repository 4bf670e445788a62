"""load: return a live assistant with the settings of every run to an application."""

import asyncio
import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import provisioner
from provisioner import LiveAssistant, ProvisionerError
from provisioner.providers.releases import open_registry
from provisioner.runtimes import RUNTIMES
from provisioner.verbs.load import from_registry
from provisioner.verbs.load.live_assistant import RELEASES
from tests.cli.conftest import Project, project
from tests.providers.releases.conftest import release

__all__ = ["project"]  # the fixture


@pytest.fixture
def applied(project: Project) -> Project:
    project.run("apply", "--yes")
    return project


def test_what_is_loaded_runs_with_the_settings_of_the_manifest(applied: Project) -> None:
    helper = provisioner.load("helper")
    with applied.live() as client:
        thread = client.beta.threads.create()
        run = client.beta.threads.runs.create(thread_id=thread.id, **helper.run_params())
    assert run.assistant_id == helper.id
    assert run.max_prompt_tokens == 20000
    assert run.truncation_strategy is not None
    assert run.truncation_strategy.last_messages == 7


@pytest.mark.usefixtures("applied")
def test_it_says_what_it_is_and_is_frozen() -> None:
    helper = provisioner.load("assistant.helper")
    assert (helper.name, helper.model) == ("Helper", "gpt-6.1-terra")
    with pytest.raises(dataclasses.FrozenInstanceError):
        helper.id = "other"  # type: ignore[misc]  # that is the point
    helper.run_params()["truncation_strategy"]["type"] = "auto"
    assert helper.run_params()["truncation_strategy"]["type"] == "last_messages"


def test_the_settings_are_those_that_were_applied_not_those_of_the_files(applied: Project) -> None:
    applied.edit("helper.yaml", "max_prompt_tokens: 20000", "max_prompt_tokens: 500")
    assert provisioner.load("helper").run_params()["max_prompt_tokens"] == 20000


def test_environments_are_told_apart(applied: Project) -> None:
    with pytest.raises(ProvisionerError, match="has not been applied yet") as told:
        provisioner.load("helper", environment="dev")
    assert "Apply it first: `provisioner apply --env dev`." in str(told.value)
    with pytest.raises(ProvisionerError, match="`provisioner apply --env dev --target local`"):
        provisioner.load("helper", environment="dev", target="local")
    applied.run("apply", "--yes", "--env", "dev")
    assert provisioner.load("helper", environment="dev").model == "gpt-6.1-luna"
    assert provisioner.load("helper").model == "gpt-6.1-terra"


def test_another_broken_manifest_does_not_stop_an_application(applied: Project) -> None:
    applied.write("broken.yaml", "kind: [")
    assert provisioner.load("helper", manifests=Path("manifests")).name == "Helper"


@pytest.mark.parametrize(
    ("name", "says"),
    [("helpr", "Did you mean `assistant.helper`"), ("handbook", "is not declared")],
)
@pytest.mark.usefixtures("applied")
def test_what_is_not_declared_is_named(name: str, says: str) -> None:
    with pytest.raises(ProvisionerError, match=says):
        provisioner.load(name)


@pytest.mark.usefixtures("applied")
def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ProvisionerError, match="nowhere"):
        provisioner.load("helper", manifests="nowhere")


def test_a_second_object_of_one_address_does_not_change_which_one_is_loaded(
    applied: Project,
) -> None:
    first = provisioner.load("helper").id
    with applied.live() as client:
        # The API counts whole seconds, and the older one stays.
        client.post("/embedded/clock", body={"seconds": 1.1}, cast_to=object)
        metadata = client.beta.assistants.retrieve(first).metadata
        client.beta.assistants.create(model="m", name="Helper", metadata=metadata)
    assert provisioner.load("helper").id == first


def test_the_public_names_are_exactly_these_and_each_is_there() -> None:
    assert provisioner.__all__ == [
        "LiveAssistant",
        "ProvisionerError",
        "__version__",
        "load",
        "load_async",
        "track",
    ]
    assert len(provisioner.__all__) <= 10
    assert all(getattr(provisioner, name) is not None for name in provisioner.__all__)
    assert set(provisioner.__all__) <= set(dir(provisioner))
    assert LiveAssistant.__doc__
    assert provisioner.load.__doc__


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = provisioner.nothing


def test_importing_the_package_imports_nothing_else() -> None:
    code = (
        "import sys, provisioner; print([m for m in sys.modules if m.startswith('provisioner.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_registry_is_read_for_the_runtime_that_publishes() -> None:
    publishing = [runtime for runtime in RUNTIMES.values() if runtime.publishes]
    said = [
        (runtime.name, runtime.conversation.loads, runtime.conversation.call)
        for runtime in publishing
        if runtime.conversation
    ]
    assert said == [(from_registry.RUNTIME, RELEASES, from_registry.CALL)]


def published(folder: Path, *models: str) -> None:
    """Publish a release of the assistant `helper` for each model, of the owner acme/prod."""
    registry = open_registry(folder)
    for model in models:
        registry.publish(release(model, id="acme/prod/helper"))


def test_a_release_is_pinned_by_its_number(tmp_path: Path) -> None:
    published(tmp_path, "gpt-6-luna", "gpt-6.1-terra")
    helper = provisioner.load("helper", releases=tmp_path, release=1, look_every=0)
    published(tmp_path, "gpt-6.1-sol")
    assert (helper.params()["model"], helper.release and helper.release.refresh()) == (
        "gpt-6-luna",
        False,
    )


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_release_that_is_not_there_is_named_with_those_that_are(
    tmp_path: Path, number: int
) -> None:
    published(tmp_path, "gpt-6-luna", "gpt-6.1-terra")
    with pytest.raises(ProvisionerError, match=f"no release {number} .* There are: 1, 2"):
        provisioner.load("helper", releases=tmp_path, release=number)


@pytest.mark.usefixtures("applied")
def test_a_runtime_without_releases_refuses_a_number() -> None:
    with pytest.raises(ProvisionerError, match="no releases"):
        provisioner.load("helper", release=1)


def test_the_async_twin_loads_and_renews_without_making_anybody_wait(tmp_path: Path) -> None:
    published(tmp_path, "gpt-6-luna")

    async def application() -> tuple[str, str]:
        helper = await provisioner.load_async("helper", releases=tmp_path, look_every=0)
        published(tmp_path, "gpt-6.1-terra")
        for _ in range(1000):
            if helper.params()["model"] != helper.model:
                break
            await asyncio.sleep(0.01)
        return helper.model, helper.params()["model"]

    assert asyncio.run(application()) == ("gpt-6-luna", "gpt-6.1-terra")


def test_the_async_twin_takes_the_same_arguments() -> None:
    assert (
        inspect.signature(provisioner.load).parameters
        == inspect.signature(provisioner.load_async).parameters
    )
