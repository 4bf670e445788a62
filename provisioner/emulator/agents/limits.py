"""The limits of the Agents API, which `core/wire.py` adds to the SDK's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.emulator.core.limits import ONE_OR_MORE, between

if TYPE_CHECKING:
    from provisioner.emulator.core.shapes import Schema
    from provisioner.emulator.core.wire import Limits

LONGEST = 1_048_576
"""The most characters of a text that has no limit of its own."""
METADATA: Schema = {
    "maxProperties": 16,
    "propertyNames": {"minLength": 1, "maxLength": 64},
    "additionalProperties": {"maxLength": 512},
}


def _text(least: int, most: int) -> Schema:
    return {"minLength": least, "maxLength": most}


_DOMAINS: Schema = {"maxItems": 100}
_NAME = _text(1, 256)
LIMITS: Limits = {
    # The limits of all values that have no stricter ones.
    "string": {"maxLength": LONGEST},
    "list": {"maxItems": 16_384},
    "map": {"maxProperties": 1024, "propertyNames": _NAME},
    "*.metadata": METADATA,
    # These parameters of the SDK's methods are in the URL and in a header, and not in the body.
    "*.vault_id": None,
    "*.Idempotency-Key": None,
    "*.model": ONE_OR_MORE,
    "*.max_concurrent_subagents": between(1, 2**32 - 1),
    "AgentCreateParams.name": {"maxLength": 128},
    "AgentUpdateParams.name": {"maxLength": 128},
    "PersistedAgentToolConfigParamFunction.name": ONE_OR_MORE,
    "AgentToolConfigParamFunction.name": ONE_OR_MORE,
    "*.server_label": ONE_OR_MORE,
    "*.server_url": ONE_OR_MORE,
    "*.command": ONE_OR_MORE,
    "*.cwd": ONE_OR_MORE,
    # Sessions and their environments.
    "*.agent_id": _NAME,
    "SessionCreateParams.input": ONE_OR_MORE,
    "SpendControl.limit": {"minimum": 1},
    "EventCreateParams.events": {"minItems": 1},
    "SessionInputParamAgentSessionInputMcpApprovalRequestResult.response": {"type": "object"},
    "SessionInputParamAgentSessionInputComputerUseApprovalRequestResult.response": {
        "type": "object"
    },
    "EnvironmentCreateParams.vault_ids": {"maxItems": 10},
    "*.environment_id": _text(9, 256),
    "*.environment_template_id": _text(1, 64),
    "*.files": {"maxItems": 50},
    "*.plugins": {"maxItems": 32},
    "*.setup_commands": {"maxItems": 16},
    "*.skills": {"maxItems": 200},
    "EnvironmentParamOpenAIHostedNetwork.allowed_domains": _DOMAINS,
    "EnvironmentParamOpenAIHostedNetwork.blocked_domains": _DOMAINS,
    "EnvironmentNetwork.allowed_domains": _DOMAINS,
    "EnvironmentNetwork.blocked_domains": _DOMAINS,
    "Network.allowed_domains": _DOMAINS,
    "Network.blocked_domains": _DOMAINS,
    "*.path": _text(1, 4096),
    "HostedEnvironmentFileParamFileID.file_id": _NAME,
    # 5 MiB of bytes as base64.
    "HostedEnvironmentFileParamInline.data": {"maxLength": 6_990_508},
    "SetupCommandParam.command": {"maxLength": 65_536},
    "SetupCommandParam.cwd": {"maxLength": 4096},
    "HostedPluginParam.name": _NAME,
    "HostedPluginParam.description": {"maxLength": 4096},
    "HostedSkillParamInline.name": _NAME,
    "HostedSkillParamInline.description": {"maxLength": 4096},
    "HostedSkillParamSkillReference.skill_id": _NAME,
    "HostedSkillParamSkillReference.version": {"maxLength": 64},
    "InlineCapabilitySourceParam.data": {"type": "string"},
    "TemplateCreateParams.name": _NAME,
    "TemplateUpdateParams.name": _NAME,
    # Vaults and automations.
    "*.secret_value": ONE_OR_MORE,
    "*.allowed_hosts": {"minItems": 1, "maxItems": 16},
    "CreateAutomationParamsPeriodic.name": _NAME,
    "CreateAutomationParamsOnce.name": _NAME,
    "AutomationUpdateParams.name": _NAME,
    "*.expression": _NAME,
    "CreateAutomationParamsPeriodic.timezone": _NAME,
    "AutomationUpdateParams.timezone": _NAME,
    "*.run_at": {"minimum": 0},
    "AutomationTargetParamExistingSession.instructions": ONE_OR_MORE,
    "AutomationTargetParamNewSession.input": {"minItems": 1},
}
