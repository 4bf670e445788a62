"""A proposal's folder, loaded with the Stack of the branch that it goes to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from provisioner.model.value import Sensitive
from provisioner.runtimes import RUNTIMES
from provisioner.source import Loaded, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BASE: dict[str, Any] = {
    "default_target": "live",
    "targets": {
        "live": {
            "runtime": "assistants",
            "base_url": "https://ours.example/v1",
            "api_key_env": "OUR_KEY",
            "headers": {"X-Team": "${env:TEAM}"},
        },
        "other": {"runtime": "assistants", "server": "embedded"},
    },
    "ledger": "none",
    "environments": {"prod": {"target": "live"}},
    "variables": {
        "model": {"default": "gpt-6.1-terra"},
        "secret": {"default": "${env:SECRET}", "sensitive": True},
        "given": {"type": "string", "sensitive": True},
    },
}
HELPER = {
    "apiVersion": "provisioner/v1",
    "kind": "Assistant",
    "metadata": {"name": "helper"},
    "spec": {"model": "${var:model}", "instructions": "Be brief."},
}
ENVIRON = {"SECRET": "s3cret-value", "TEAM": "us", "OUR_KEY": "sk-ours"}


def written(folder: Path, spec: Mapping[str, Any], **helper: Any) -> Path:
    folder.mkdir()
    stack = {
        "apiVersion": "provisioner/v1",
        "kind": "Stack",
        "metadata": {"name": "trial", "id": "k3v9q0x7dp"},
        "spec": dict(spec),
    }
    assistant = {**HELPER, "spec": {**HELPER["spec"], **helper}}  # type: ignore[dict-item]
    text = yaml.safe_dump_all([stack, assistant])
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    return folder


def loaded(
    tmp_path: Path,
    spec: Mapping[str, Any],
    environment: str | None = None,
    ambient: Mapping[str, str] = {},
    **helper: Any,
) -> Loaded:
    trusted = written(tmp_path / "base", BASE)
    return load(
        written(tmp_path / "proposal", spec, **helper),
        environment=environment,
        environ=ENVIRON,
        ambient=ambient,
        runtimes=RUNTIMES,
        trusted=trusted,
    )


def codes(found: Loaded) -> list[str]:
    return [one.code.name for one in found.diagnostics]


TARGET = BASE["targets"]["live"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"targets": {"live": {**TARGET, "base_url": "https://thief.example/v1"}}}, "targets.live"),
        ({"targets": {"live": {**TARGET, "api_key_env": "SECRET"}}}, "targets.live"),
        ({"targets": {"live": {**TARGET, "headers": {"X": "${env:SECRET}"}}}}, "targets.live"),
        (
            {"targets": {"live": {"runtime": "responses", "releases": "s3://thief/x"}}},
            "targets.live",
        ),
        (
            {
                "targets": {
                    "live": {
                        "runtime": "assistants",
                        "workload_identity": {
                            "provider": "kubernetes",
                            "identity_provider_id": "x",
                            "service_account_id": "y",
                            "token_file": "/proc/self/environ",
                        },
                    }
                }
            },
            "targets.live",
        ),
        (
            {"targets": {**BASE["targets"], "more": TARGET}, "default_target": "more"},
            "targets.more",
        ),
        ({"default_target": "other"}, "default_target"),
        ({"ledger": "postgresql://thief.example/x"}, "ledger"),
        ({"environments": {"prod": {"target": "other"}}}, "environments.prod"),
    ],
)
def test_where_requests_go_is_taken_from_the_trusted_stack(
    tmp_path: Path, changed: dict[str, Any], place: str
) -> None:
    found = loaded(tmp_path, {**BASE, **changed}, environment="prod")
    trusted = load(tmp_path / "base", environment="prod", environ=ENVIRON, runtimes=RUNTIMES)
    assert found.stack
    assert trusted.stack
    assert replace(found.stack.target, origin=None) == replace(trusted.stack.target, origin=None)
    assert found.stack.ledger == trusted.stack.ledger
    assert found.targets == trusted.targets
    (told,) = [one for one in found.diagnostics if place in one.detail]
    assert told.code.name == "proposal-changes-targets"


def test_what_is_planned_is_taken_from_the_proposal(tmp_path: Path) -> None:
    changed = {
        "targets": {**BASE["targets"], "live": {**TARGET, "drop": ["temperature"]}},
        "variables": {**BASE["variables"], "model": {"default": "gpt-6.1-sol"}},
    }
    found = loaded(tmp_path, {**BASE, **changed})
    assert codes(found) == []
    assert found.stack
    assert found.stack.target.drop == ("temperature",)
    assert [one.spec["model"] for one in found.desired.values()] == ["gpt-6.1-sol"]


@pytest.mark.parametrize(
    ("variables", "instructions", "code"),
    [
        ({"leak": {"default": "${env:SECRET}"}}, "${var:leak}", "variable-without-value"),
        ({"leak": {"default": "a ${env:OUR_KEY}"}}, "${var:leak}", "variable-without-value"),
        ({"leak": {"default": "${env:TEAM}"}}, "${var:leak}", "variable-without-value"),
        ({}, "${env:SECRET}", "env-not-allowed"),
    ],
)
def test_a_proposal_does_not_read_the_environment(
    tmp_path: Path, variables: dict[str, Any], instructions: str, code: str
) -> None:
    spec = {**BASE, "variables": {**BASE["variables"], **variables}}
    found = loaded(tmp_path, spec, instructions=instructions)
    assert code in codes(found)
    assert not any("s3cret" in str(one) for one in found.diagnostics)


@pytest.mark.parametrize(
    ("variables", "instructions"),
    [
        ({"secret": {"default": "${env:SECRET}"}}, "${var:secret}"),
        ({"secret": {"default": "${env:SECRET}", "sensitive": False}}, "x ${var:secret}"),
        ({"more": {"default": "${var:secret}"}}, "${var:more}"),
        ({"given": {"type": "string"}}, "${var:given}"),
    ],
)
def test_a_secret_stays_one_whatever_a_proposal_says(
    tmp_path: Path, variables: dict[str, Any], instructions: str
) -> None:
    spec = {**BASE, "variables": {**BASE["variables"], **variables}}
    found = loaded(tmp_path, spec, ambient={"given": "s3cret-given"}, instructions=instructions)
    (helper,) = found.desired.values()
    assert isinstance(helper.spec["instructions"], Sensitive)


def test_a_value_of_the_job_goes_to_no_variable_that_only_a_proposal_declares(
    tmp_path: Path,
) -> None:
    spec = {**BASE, "variables": {**BASE["variables"], "token": {"type": "string"}}}
    found = loaded(tmp_path, spec, ambient={"token": "s3cret"}, instructions="${var:token}")
    assert codes(found) == ["variable-without-value"]


def test_without_a_trusted_stack_no_target_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    proposal = written(tmp_path / "proposal", BASE)
    found = load(proposal, environ=ENVIRON, runtimes=RUNTIMES, trusted=tmp_path / "base")
    assert found.stack is None
    assert found.targets == ()
