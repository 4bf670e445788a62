"""Reads the result of a run: its text, its citations, its output files and its function calls.

The `ask` of each runtime uses it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provisioner.model.conversation import Asking, Call, MadeFile
from provisioner.model.errors import ProviderError
from provisioner.model.provider import Provider, Row
from provisioner.runtimes._shared.shapes import mapping, mappings, words_or_json

PATIENCE = (0.2, 3.0)
"""The first and the longest pause between two requests for the state of a run, in seconds."""
CANCELLING = 20
"""The most requests for the state of a run that was cancelled, until `ask` stops waiting for its
end.
"""
TOKENS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}
"""For each count of tokens in an Answer, its name in a turn of a session and in a response."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
"""Matches the characters of a file name from a server that `safe_name` replaces by `_`."""
LONGEST_NAME = 100
"""The most characters of a file name that `safe_name` returns."""


@dataclass(slots=True)
class CallLog:
    """The function calls of one question, in order."""

    asking: Asking
    calls: list[Call] = field(default_factory=list)

    def note(self, calls: Sequence[Call]) -> str:
        """Record the calls and report them to the user.

        Returns '' if the question has an output for each call. Otherwise it returns the reason why
        the run cannot continue.
        """
        outputs = self.asking.question.tool_outputs
        for call in calls:
            output = outputs.get(call.name)
            self.calls.append(Call(call.id, call.name, call.arguments, output))
            said = "" if output is None else f" = {output}"
            # Every call is shown before the question may be given up, so that the user sees what to
            # answer.
            self.asking.tell(f"{call.name}({call.arguments}){said}")
        missing = [call.name for call in calls if call.name not in outputs]
        if missing:
            return f"no output for the function {', '.join(missing)}: pass --tool-output NAME=JSON"
        return ""


def arguments_of(value: Any) -> str:
    """Return the arguments of a call as one line of JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def text_of_item(part: Any) -> str:
    """Return the text of one part of a message. A part of an unknown form is returned as JSON."""
    if isinstance(part, Mapping) and part.get("text") == "":
        return ""
    return words_or_json(part)


def text_of(message: Row) -> str:
    """Return the text of a message. A part of an unknown form is returned as JSON, an image as ''."""
    content = message.get("content")
    if not isinstance(content, list):
        return words_or_json(content)
    return "\n".join(filter(None, map(_text_of_part, content)))


def _text_of_part(part: Any) -> str:
    if isinstance(part, Mapping) and ({"image_file", "image_url"} & part.keys()):
        return ""
    if isinstance(part, Mapping) and "text" in part:
        text = part["text"]
        # An empty text is no unknown form, and must not be shown as JSON.
        empty = isinstance(text, Mapping) and text.get("value") in ("", None) and "value" in text
        return "" if empty else words_or_json(text)
    return words_or_json(part)


def citations(messages: Sequence[Row], provider: Provider) -> tuple[str, ...]:
    """Return the names of the cited files, each once.

    A file that does not exist any more is named by its id.
    """
    ids = [
        str(cited.get("file_id"))
        for annotation in _annotations(messages)
        if (cited := mapping(annotation.get("file_citation")))
    ]
    # Two uploads may have one name, which is listed once. Each id costs one request.
    return tuple(dict.fromkeys(_file_name(id, provider) for id in dict.fromkeys(ids)))


def made_files(messages: Sequence[Row], provider: Provider) -> tuple[MadeFile, ...]:
    """Return the output files of the code interpreter to which the messages refer."""
    found: dict[str, str] = {}
    for annotation in _annotations(messages):
        if path := mapping(annotation.get("file_path")):
            found[str(path.get("file_id"))] = str(annotation.get("text") or "")
    for message in messages:
        for part in _parts(message):
            if image := mapping(part.get("image_file")):
                # An annotation may have named the same file already, with its path.
                found.setdefault(str(image.get("file_id")), "")
    return tuple(
        MadeFile(
            id, safe_name(text) or safe_name(_file_name(id, provider)) or safe_name(id) or "file"
        )
        for id, text in found.items()
    )


def safe_name(path: str) -> str:
    """Return a file name for a path that a server sent.

    It is only the last part, without special characters, so that a server cannot choose another
    folder.
    """
    name = _UNSAFE.sub("_", re.split(r"[/\\]", path)[-1]).lstrip("._-")
    suffix = Path(name).suffix
    if len(name) <= LONGEST_NAME or len(suffix) > LONGEST_NAME // 2:
        return name[:LONGEST_NAME]
    # The ending is kept, because programs choose by it how to open a file.
    return name[: LONGEST_NAME - len(suffix)] + suffix


def _parts(message: Row) -> list[Mapping[str, Any]]:
    """Return the parts of a message that are objects."""
    return mappings(message.get("content"))


def _annotations(messages: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    """Yield the annotations of all texts in the messages."""
    for message in messages:
        for part in _parts(message):
            for text in mappings(part.get("text")):
                yield from mappings(text.get("annotations"))


def _file_name(id: str, provider: Provider) -> str:
    """Return the name of an upload, or its id if the upload cannot be read."""
    try:
        return str(provider.get("files", id).get("filename") or id)
    # A file may have been deleted since the answer. The answer is complete without its name.
    except ProviderError:
        return id
