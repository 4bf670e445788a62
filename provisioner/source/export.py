"""Write specs as the YAML that a person would write; `pull` and `init` make files of it.

The YAML reads back as the same values: a text that YAML 1.2 (see `source.syntax`) would read as a
number or a boolean is quoted.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml

from provisioner.model.value import walk
from provisioner.source.check import API_VERSION
from provisioner.source.syntax import scalar

WIDTH: Final = 100
"""The width in characters at which long texts are folded."""
# Characters that YAML refuses, and a byte order mark at the beginning, which reading removes.
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]|\A\ufeff")
_ODD_BREAKS: Final = re.compile(r"[\r\x85\u2028\u2029]")
# Everything but printable characters: `\x85`, `\u2028` and `\u2029` end a line of YAML too.
_NOT_IN_A_LINE: Final = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def manifest(kind: str, name: str, spec: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return one manifest as text: comments, envelope and `spec`.

    `spec` holds no variables: a `${` in it is escaped. `comments` are single lines that are written
    above the document.
    """
    document = {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name},
        "spec": literal(spec),
    }
    text = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=WIDTH,
        default_flow_style=False,
    )
    return "".join(comment(line) for line in comments) + text


def comment(line: str) -> str:
    """Return a text as one comment line.

    Line breaks in it become spaces, so that none can end the comment.
    """
    return f"# {_NOT_IN_A_LINE.sub(' ', line)}\n"


def literal(value: Any) -> Any:
    """Return a copy of a value with `${` escaped as `$${` in every text, so that no variable is meant."""
    return walk(value, lambda leaf: leaf.replace("${", "$${") if isinstance(leaf, str) else leaf)


def is_plain(text: str) -> bool:
    """Return true if a text has no control characters, so that it reads back from a file unchanged."""
    return not _UNWRITABLE.search(text)


class _Dumper(yaml.SafeDumper):
    """Writes YAML for people: list items indented, texts of several lines as blocks, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # `scalar` returns what our own reader makes of the plain text. If that is no equal text, quote
    # it.
    style = None
    # Only double quotes keep these line breaks: a block would read them back as `\n`.
    if _ODD_BREAKS.search(text) or scalar(text) != text:
        style = '"'
    elif "\n" in text.rstrip("\n"):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
