"""Assistants as code: plan, apply and collect AI assistants from YAML manifests.

    import provisioner

    policy_qa = provisioner.load("policy-qa")
    client.beta.threads.runs.create(thread_id=thread.id, **policy_qa.run_params())

What else a program may want to do stands in `provisioner.verbs`, one file a verb.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioner.model.errors import ProvisionerError
    from provisioner.verbs.load import LiveAssistant, load

__version__ = "0.1.0"

__all__ = ["LiveAssistant", "ProvisionerError", "__version__", "load"]

_HOMES = {
    "LiveAssistant": "provisioner.verbs.load",
    "ProvisionerError": "provisioner.model.errors",
    "load": "provisioner.verbs.load",
}
"""Where a name comes from: imported when it is first used, for `--help` needs none of it."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
