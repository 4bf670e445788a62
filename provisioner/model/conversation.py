"""The protocol for conversations with a runtime's live assistants.

Each runtime implements it. `ask`, `load` and `show --as` use only this protocol, so they work on every
runtime.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, TypeAlias

from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.provider import Provider, Row
from provisioner.model.value import Spec

Tell: TypeAlias = Callable[[str], None]
"""A function that is called with one line about the progress."""


@frozen
class Question:
    """One question, with the options of its run.

    `thread` is the id of the thread, response, conversation or session that the question continues.
    `tool_outputs` has the output of each function, as a JSON text, by the function's name.
    `save_files` is the folder for files that the run makes; without it they stay on the server.
    """

    text: str
    thread: str = ""
    keep_thread: bool = False
    tool_outputs: Mapping[str, str] = field(default_factory=dict)
    steps: bool = False
    save_files: Path | None = None

    @property
    def keeps_thread(self) -> bool:
        """Return true if the thread is kept: it existed before, or the question asks for that."""
        return bool(self.thread) or self.keep_thread


@frozen
class Call:
    """A function call of a run. `arguments` and `output` are JSON texts.

    `output` is None as long as nobody has answered the call.
    """

    id: str
    name: str
    arguments: str
    output: str | None = None


@frozen
class MadeFile:
    """A file that a run made. `path` is the place where it was saved, None if it was not saved."""

    file_id: str
    name: str
    path: Path | None = None


@frozen
class Answer:
    """The end of a run. `why` is the reason if it did not complete; `citations` are names of files.

    `usage` has counts of tokens under the names that runs of the Assistants API use for them.
    """

    address: Address
    assistant_id: str
    thread_id: str
    thread_kept: bool
    run_id: str
    status: str
    text: str
    why: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    citations: tuple[str, ...] = ()
    steps: tuple[Row, ...] = ()
    files: tuple[MadeFile, ...] = ()

    @property
    def completed(self) -> bool:
        return self.status == "completed"

    @property
    def tokens(self) -> int | None:
        """The tokens that the run took in all, None where the server counted none.

        Only runs of the Assistants API say a total. Elsewhere it is what was read and written.
        """
        total = self.usage.get("total_tokens")
        if isinstance(total, int):
            return total
        both = [self.usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
        counts = [one for one in both if isinstance(one, int)]
        return sum(counts) if any(counts) else None


@frozen
class AppliedAssistant:
    """One live assistant, and the provider of its target.

    `row` is the live object as the server returned it, `spec` the same in normal form. `settings` are
    the per-run fields, which the object itself cannot store.

    `id_of` returns the remote id of an address. It raises ProvisionerError for an address that has
    no live object. `token` returns the value that takes the place of an environment variable which
    `row` names; its first argument is the label of the tool that needs it.
    """

    address: Address
    row: Row
    spec: Spec
    settings: Spec
    provider: Provider
    id_of: Callable[[Address], str]
    token: Callable[[str, str], Any]

    @property
    def id(self) -> str:
        return str(self.row["id"])


@frozen
class Asking:
    """One question, with the functions and limits that a conversation needs to ask it.

    `about` is metadata for every object that is made for the question; it names the owner. After
    `timeout` seconds the run is cancelled. After a lost answer to a create, the object is searched for
    during `settle` seconds. `save` writes a file's bytes and returns where the
    file stands; it is None where files are not to be saved.
    """

    question: Question
    about: Mapping[str, str]
    timeout: float
    settle: float
    tell: Tell
    save: Callable[[MadeFile, bytes], MadeFile] | None = None


@frozen
class Request:
    """One HTTP request of ready code: its path below the API's root, its headers and its body."""

    path: str
    headers: tuple[str, ...]
    body: Mapping[str, Any]


@frozen
class ReadyCode:
    """The shape of code that asks an assistant with the official SDK, or with curl.

    `method` is the SDK's method, and `given` is its last argument. `program` is Python in which
    `{call}` stands for the call; it reads the question from the variable `question`. `imports` are
    the modules of the standard library that `program` needs. `in_application` is the call as an
    application writes it, in which `{}` stands for the parameters. `request` returns one request
    that asks, from the parameters and the question; if an answer would take several requests, it
    asks for a stream.
    """

    method: str
    given: str
    program: str
    in_application: str
    request: Callable[[Mapping[str, Any], str], Request]
    imports: tuple[str, ...] = ()


def _by_id(row: Row) -> str:
    return str(row["id"])


@frozen
class Conversation:
    """The ways in which an application, and `ask`, talk to the assistants of a runtime.

    Its functions must not raise anything but ProvisionerError, must not write files but with
    `Asking.save`, and must not change anything that was there before the question.
    """

    noun: str
    """The plural of the objects that produce answers there: runs, releases, sessions."""

    loads: str
    """The method of a loaded assistant that returns the parameters, such as `run_params`."""

    call: str
    """A line of Python that shows this method in use."""

    parameters: Callable[[AppliedAssistant], dict[str, Any]]
    """Returns the arguments of the SDK's call without the question.

    They must be a fresh dict that can be sent as it is: with live ids in place of addresses, and
    with the values of `token` in place of variables. It may read what the assistant refers to.
    """

    prints: Callable[[frozenset[str]], bool]
    """Returns true if `parameters` contains a value of one of the tracked fields with these keys.

    Ready code is refused if it would print a sensitive value.
    """

    ask: Callable[[AppliedAssistant, Asking], Answer] | None = None
    """Sends one question, waits for the end of the run, and returns the answer.

    It must give up after `timeout` seconds, cancel a run that still goes on then, and say so in
    `why`. It must delete every object that it made for the question, however it ends, Ctrl-C
    included, unless the question keeps them; it must report with `tell` what cannot be deleted. A
    function without an output must be named in `why`, and an output must not be invented. It may
    return an answer whose run did not complete.
    """

    code: ReadyCode | None = None
    """The shape of ready code. Without it `show --as` is refused before the first request."""

    beside: frozenset[str] = frozenset()
    """Returns the parameters that some allowed version of the SDK has no argument for.

    They are passed in `extra_body`, which every version sends unchanged.
    """

    described: Callable[[Row], str] = _by_id
    """Returns the name of one live object, for a comment above ready code."""

    def arguments(self, assistant: AppliedAssistant) -> dict[str, Any]:
        """Return `parameters` as arguments that every allowed version of the SDK takes."""
        params = self.parameters(assistant)
        beside = {name: params.pop(name) for name in [*params] if name in self.beside}
        return {**params, **({"extra_body": beside} if beside else {})}
