"""The bodies of kinds that only agents have fit the installed SDK, and leave nothing out."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import openai
import pytest
from openai.types import skill_create_params
from openai.types.beta.agents import (
    automation_create_params,
    automation_update_params,
    vault_create_params,
    vault_update_params,
)
from openai.types.beta.agents.environments import template_create_params, template_update_params
from openai.types.beta.agents.vaults import credential_create_params, credential_update_params
from openai.types.skills import version_create_params

from provisioner.engine.marks import make_mark
from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.mark import Owner
from provisioner.model.resource import Resource
from provisioner.model.value import Content, MissingSecret, Reference, Sensitive, walk
from provisioner.source.layers import rewrite
from tests.runtimes.signatures import Used, fits, parameters
from tests.runtimes.supported import id_of
from tests.stories.fields import GONE
from tests.stories.hosted_fields import DOCUMENTS, ROWS

CREATE: Final[Mapping[str, Any]] = {
    "environment_template": template_create_params.TemplateCreateParams,
    "vault": vault_create_params.VaultCreateParams,
    "credential": credential_create_params.CredentialCreateParams,
    "automation": automation_create_params.AutomationCreateParams,
}
UPDATE: Final[Mapping[str, Any]] = {
    "environment_template": template_update_params.TemplateUpdateParams,
    "vault": vault_update_params.VaultUpdateParams,
    "credential": credential_update_params.CredentialUpdateParams,
    "automation": automation_update_params.AutomationUpdateParams,
}
NEVER_UPDATED: Final = {
    "credential": KINDS["credential"].immutable - {"type", "refresh"},
    "automation": frozenset({"type"}),
}
TITLES: Final = {kind.title: name for name, kind in KINDS.items()}
OWNER: Final = Owner("acme")


def specs() -> Iterator[Any]:
    """Every manifest of the table of fields, and every one that a row of it makes."""
    made = [DOCUMENTS, *(row.edited(row.value) for row in ROWS if row.value is not GONE)]
    seen: list[Any] = []
    for document in (document for documents in made for document in documents):
        kind = TITLES[document["kind"]]
        if kind in CREATE and document not in seen and _is_whole(document):
            seen.append(document)
            yield pytest.param(kind, document["spec"], id=f"{kind}-{len(seen)}")


def _is_whole(document: Mapping[str, Any]) -> bool:
    return not [*KINDS[TITLES[document["kind"]]].check(document["spec"])]


def resource(kind: str, spec: Mapping[str, Any]) -> Resource:
    """A manifest's spec in normal form, references symbolic, files and secrets there."""
    facts = KINDS[kind]
    whole: Any = {"name": "a", **{k: v for k, v in spec.items() if k != "lifecycle"}}
    for pattern, named in facts.references.items():
        whole = rewrite(whole, pattern, partial(_referred, named))
    for pattern in facts.contents:
        whole = rewrite(whole, pattern, lambda path, _: Content(path, "0" * 64, 3))
    for pattern in facts.secrets:
        whole = rewrite(whole, pattern, lambda name, _: Sensitive("value", name))
    return Resource(Address(kind, "a"), facts.normalise(whole))


def _referred(kind: str, name: str, _place: object) -> Reference:
    return Reference(Address(kind, name))


def body(kind: str, part: Mapping[str, Any], wanted: Resource) -> Mapping[str, Any]:
    """Return the body that is sent for a part, contents and mark included."""
    binding = KINDS[kind].bindings["agents"]
    assert binding.mark_location
    mark = make_mark(wanted, KINDS[kind], binding, OWNER)
    sent = walk(
        binding.to_wire(part, id_of), lambda leaf: "YWJj" if isinstance(leaf, Content) else leaf
    )
    return binding.mark_location.write(sent, wanted.spec, {}, mark)


SPECS: Final = list(specs())
every_spec = pytest.mark.parametrize(("kind", "spec"), SPECS)


@every_spec
def test_what_is_created_fits_the_signature(kind: str, spec: Mapping[str, Any]) -> None:
    wanted = resource(kind, spec)

    assert fits(body(kind, wanted.spec, wanted), CREATE[kind], set()) == []


@every_spec
def test_each_field_changed_or_cleared_fits_the_signature(
    kind: str, spec: Mapping[str, Any]
) -> None:
    wanted, binding = resource(kind, spec), KINDS[kind].bindings["agents"]
    for name in wanted.spec.keys() - NEVER_UPDATED.get(kind, frozenset()):
        joint = [
            n
            for fields in binding.fields.sent_together
            if name in fields
            for n in fields
            if n in wanted.spec
        ]
        part = {n: wanted.spec[n] for n in dict.fromkeys([name, *joint])}

        assert fits(body(kind, part, wanted), UPDATE[kind], set()) == [], name

    for name in binding.fields.defaults.keys() | binding.fields.not_echoed - set(
        KINDS[kind].secrets
    ):
        assert fits(body(kind, {name: None}, wanted), UPDATE[kind], set()) == [], name


@pytest.mark.parametrize("absent", KINDS["credential"].secrets)
def test_a_secret_that_is_not_here_is_not_sent(absent: str) -> None:
    oauth = next(s.values[1] for s in SPECS if "refresh_token_env" in s.values[1])
    wanted = resource("credential", oauth)
    rotation = {k: v for k, v in wanted.spec.items() if k.endswith("_env")}
    rotation |= {name: wanted.spec[name] for name in ("type", "refresh")}
    part = {**rotation, absent: MissingSecret(absent)} if absent in rotation else rotation

    sent = body("credential", part, wanted)

    assert fits(sent, UPDATE["credential"], set()) == []
    assert "MissingSecret" not in repr(sent)
    assert repr(sent).count("'value'") == sum(isinstance(v, Sensitive) for v in part.values())


_OVERRIDE: Final = "Says the agent once more: the manifest refers to an Assistant."
_TEMPLATE: Final = "Belongs to an EnvironmentTemplate, which the environment names."
EXCEPTIONS: Final[Mapping[str, str]] = {
    "HostedEnvironmentFileParamFileID": "Files lie beside the manifests.",
    "HostedSkillParamInline": "A skill is a kind of its own.",
    "AutomationTargetParamNewSession.agent": _OVERRIDE,
    "AgentSessionInputMessageParam.type": "It has one value, and need not be said.",
    "InputContentParamInputImage": "An automation is told in words.",
    "CredentialUpdateParams.vault_id": "A part of the path.",
    "RotateVaultCredentialAuthParamMcpOauthRefresh.scope": (
        "With anything else in `refresh` the credential is made anew; so it is with this."
    ),
    "EnvironmentParamOpenAIHosted.environment_id": "It lives for minutes.",
    **{
        f"EnvironmentParamOpenAIHosted.{name}": _TEMPLATE
        for name in (
            *("env", "files", "network", "packages", "plugins", "setup_commands", "skills"),
        )
    },
}
"""Parameters, values and types that no manifest says, and why."""


def test_every_parameter_of_the_sdk_is_said_by_some_field_or_has_a_reason() -> None:
    """Fails when an upgraded SDK knows more: give it a field, or a reason here."""
    used: Used = set()
    for kind, spec in (param.values for param in SPECS):
        wanted = resource(kind, spec)
        fits(body(kind, wanted.spec, wanted), CREATE[kind], used)
        parts = {k: v for k, v in wanted.spec.items() if k not in NEVER_UPDATED.get(kind, ())}
        fits(body(kind, parts, wanted), UPDATE[kind], used)
    known = {
        name
        for hint in (*CREATE.values(), *UPDATE.values())
        for name in parameters(hint, EXCEPTIONS)
    }

    assert sorted(known - used) == []


def test_every_reason_is_about_something_that_the_sdk_has() -> None:
    hints = (*CREATE.values(), *UPDATE.values())
    known = {name for hint in hints for name in parameters(hint, ())}
    types = {name.partition(".")[0] for name in known}

    assert EXCEPTIONS.keys() <= known | types


@pytest.mark.parametrize(
    ("params", "sent"),
    [
        (skill_create_params.SkillCreateParams, {"files"}),
        (version_create_params.VersionCreateParams, {"files", "default"}),
    ],
)
def test_a_skill_sends_every_parameter_that_there_is(params: Any, sent: set[str]) -> None:
    assert params.__annotations__.keys() == sent


def _methods() -> Iterator[Any]:
    client = openai.OpenAI(api_key="any")
    agents = client.beta.agents
    collections: Mapping[str, Any] = {
        "environment_template": agents.environments.templates,
        "vault": agents.vaults,
        "credential": agents.vaults.credentials,
        "automation": agents.automations,
    }
    for kind, api in collections.items():
        yield pytest.param(api.create, CREATE[kind], id=f"{kind}-create")
        yield pytest.param(api.update, UPDATE[kind], id=f"{kind}-update")


@pytest.mark.parametrize(("method", "params"), list(_methods()))
def test_what_is_sent_are_arguments_of_the_methods(method: Callable[..., Any], params: Any) -> None:
    known = inspect.signature(method).parameters.keys()
    variants = getattr(params, "__args__", (params,))

    assert {key for one in variants for key in one.__annotations__} <= known
