"""Assistants as code: plan, apply and collect AI assistants from YAML manifests.

    import provisioner

    # Where manifests are at hand, which say where the assistant lives:
    policy_qa = provisioner.load("policy-qa", environment="prod")

    client.beta.threads.runs.create(thread_id=thread.id, **policy_qa.run_params())  # assistants
    client.responses.create(**policy_qa.params(), input=question)  # responses
    client.beta.agents.sessions.create(**policy_qa.session_params(), input=question)  # agents

    # In production, where there are none, from the registry of the `responses` runtime:
    policy_qa = provisioner.load("policy-qa", releases="./releases", owner="k3v9q0x7dp/prod")

    # Threads, conversations and stored responses, which no API lists, so that they are deleted one day:
    provisioner.track(thread, ttl="30d", owner="user:42")

What else a program may want to do stands in `provisioner.verbs`, one file or one folder a verb.
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
"""The module and the name that each name here comes from. It is imported when it is first used: the
embedded server and `--help` need none of them."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
