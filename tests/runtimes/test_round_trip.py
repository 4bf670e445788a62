"""Every value of every row: to the wire as the SDK has it, and back without a difference."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from openai.types.beta import (
    agent_create_params,
    agent_update_params,
    assistant_create_params,
    assistant_update_params,
)
from openai.types.beta.agents import session_create_params
from openai.types.beta.threads import run_create_params
from openai.types.responses import response_create_params

from provisioner.engine.diff import diff
from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.mark import Mark, Owner
from provisioner.model.plan import Action
from provisioner.model.remote import FileProvenance, Live, RemoteObject
from provisioner.model.resource import Resource
from provisioner.model.runtime import Runtime
from provisioner.model.value import Reference, leaves
from provisioner.runtimes import RUNTIMES
from provisioner.runtimes.agents.conversation import BESIDE, session_params
from tests.runtimes.rows import CASES
from tests.runtimes.signatures import Used, fits
from tests.runtimes.supported import A, fitting, id_of, named

OWNER = Owner("acme")
CREATE: Mapping[str, Any] = {
    "assistants": assistant_create_params.AssistantCreateParams,
    "responses": response_create_params.ResponseCreateParamsNonStreaming,
    "agents": agent_create_params.AgentCreateParams,
}
UPDATE: Mapping[str, Any] = {
    "assistants": assistant_update_params.AssistantUpdateParams,
    "responses": response_create_params.ResponseCreateParamsNonStreaming,
    "agents": agent_update_params.AgentUpdateParams,
}
RUN = run_create_params.RunCreateParamsNonStreaming
SESSION = session_create_params.SessionCreateParamsNonStreaming
Spec = Mapping[str, Any]


def _supported() -> Iterator[Any]:
    for runtime in (RUNTIMES[name] for name in CREATE):
        for case in CASES:
            if (spec := fitting(case.row, case.normal, runtime)) is not None:
                yield pytest.param(spec, runtime, id=f"{runtime.name}-{case}")


SUPPORTED = list(_supported())
every_supported_value = pytest.mark.parametrize(("spec", "runtime"), SUPPORTED)


def released(runtime: Runtime, body: Mapping[str, Any]) -> Any:
    """Return the part of a body that goes to the API: of a release, its parameters."""
    return body["params"] if runtime.name == "responses" else body


def written(spec: Spec, runtime: Runtime) -> dict[str, Any]:
    """The body of a create: the spec as it goes to the wire, and the metadata beside it."""
    body = runtime.bindings["assistant"].to_wire({"name": "a", **spec}, id_of)
    metadata = spec.get("metadata", {})
    if runtime.name == "responses":
        return {**body, "params": {**body["params"], "metadata": metadata}}
    return {**body, "metadata": metadata}


def unfit(spec: Spec, runtime: Runtime, used: Used) -> list[str]:
    """Return the parts of a spec that do not fit the SDK's signatures; adds the parameters to
    `used`.
    """
    body = released(runtime, written(spec, runtime))
    problems = [*fits(body, CREATE[runtime.name], used), *fits(body, UPDATE[runtime.name], used)]
    run = {k: v for k, v in spec.items() if k in runtime.bindings["assistant"].fields.per_run}
    if run and runtime.name == "assistants":
        problems += fits({"assistant_id": "asst_1", **run}, RUN, used)
    if run and runtime.name == "agents":
        params = session_params(run, id_of)
        beside = BESIDE - SESSION.__annotations__.keys()  # not in every version of the SDK
        typed = {name: value for name, value in params.items() if name not in beside}
        problems += fits({"agent_id": "agent_1", **typed}, SESSION, used)
    return problems


@every_supported_value
def test_every_value_fits_the_signature(spec: Spec, runtime: Runtime) -> None:
    assert unfit(spec, runtime, set()) == []


@every_supported_value
def test_what_was_written_reads_back_without_a_difference(spec: Spec, runtime: Runtime) -> None:
    binding, resource = runtime.bindings["assistant"], Resource(A, spec)
    file_provenance = [
        FileProvenance(id_of(r.address), r.address, "0" * 64)
        for r in leaves(spec.get("tools"), Reference)
        if r.address.kind == "file"
    ]
    mark = make_mark(resource, KINDS["assistant"], binding, OWNER, file_provenance=file_provenance)
    metadata = {**spec.get("metadata", {}), **mark.to_metadata()}
    row = {**binding.to_wire(spec, id_of), "id": "x_1", "metadata": metadata}
    normal_form = named(binding.from_wire(row).spec)
    live = RemoteObject("assistant", "x_1", "", normal_form, Mark.from_metadata(metadata), metadata)

    changes = diff({A: resource}, Live({A: live}), KINDS, runtime.bindings, OWNER)

    assert [(change.action, change.fields) for change in changes] == [(Action.NO_OP, ())]


@every_supported_value
def test_a_field_that_is_taken_away_is_cleared_as_the_signature_allows(
    spec: Spec, runtime: Runtime
) -> None:
    names = [name for name in spec if name not in ("model", "metadata")]
    body = released(runtime, runtime.bindings["assistant"].to_wire(dict.fromkeys(names), id_of))

    if runtime.name == "responses":  # there None takes the parameter out of the release
        assert not any(body.values())
    else:
        assert fits(body, UPDATE[runtime.name], set()) == []
