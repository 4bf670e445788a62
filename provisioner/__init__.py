"""Assistants as code: plan and apply AI assistants from YAML manifests, and collect leaked objects.

    import provisioner

    # On a machine that has the manifests. They name the target on which the assistant lives:
    policy_qa = provisioner.load("policy-qa", environment="prod")

    client.beta.threads.runs.create(thread_id=thread.id, **policy_qa.run_params())  # assistants
    client.responses.create(**policy_qa.params(), input=question)  # responses
    client.beta.agents.sessions.create(**policy_qa.session_params(), input=question)  # agents

    # In production, without manifests, from the release registry of the `responses` runtime:
    policy_qa = provisioner.load("policy-qa", releases="./releases", owner="k3v9q0x7dp/prod")

    # Register a thread, conversation or stored response, which no API lists, to be deleted later:
    provisioner.track(thread, ttl="30d", owner="user:42")

Everything else that a program can do is in `provisioner.verbs`, one file or folder for each verb.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provisioner.model.errors import ProvisionerError
    from provisioner.verbs.load.live_assistant import LiveAssistant
    from provisioner.verbs.load.run import load, load_async
    from provisioner.verbs.threads.track import track

    __version__: str

__all__ = ["LiveAssistant", "ProvisionerError", "__version__", "load", "load_async", "track"]

_HOMES = {
    "LiveAssistant": ("provisioner.verbs.load.live_assistant", "LiveAssistant"),
    "ProvisionerError": ("provisioner.model.errors", "ProvisionerError"),
    "__version__": ("provisioner.model.version", "VERSION"),
    "load": ("provisioner.verbs.load.run", "load"),
    "load_async": ("provisioner.verbs.load.run", "load_async"),
    "track": ("provisioner.verbs.threads.track", "track"),
}
"""The module and the name from which each public name of this package is imported.

A module is imported when its name is first used, because the embedded server and `--help` need none
of them and should start fast.
"""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    # Names that were not used yet are not in `globals()`, but editors and `help` should list them.
    return sorted({*globals(), *__all__})
