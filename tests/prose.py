"""The prose of the package, read from its source: docstrings, and sentences that users are shown.

`tests/test_prose.py` judges the docstrings by rule. `python -m tests.draw` draws some of both at
random, to be read by somebody who has not seen the code.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "provisioner"
SUPPORT: Final = ROOT / "tests" / "support"
FEWEST_WORDS: Final = 5
"""A text of fewer words is a label and no sentence."""

_HOLDERS: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_QUESTION: Final = re.compile(
    r"(what|whether|where|which|how|who|whose|whom|why|when)\b", re.IGNORECASE
)
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'-]*")
_QUOTED: Final = re.compile(r"`[^`]*`|\"[^\"]*\"|\([^()]*\)")
_ASIDE: Final = re.compile(
    r"\b(that|what|whatever|whoever|which|who|whose|whom|where|when|while|as|if|because|since|so that|for)\b[^,;:.]*"
)
"""A clause that hangs on a noun: its verb does not make a sentence of the noun."""
_AUXILIARY: Final = "is are was were has have had can cannot may must might will would do does did"
_LISTED: Final = [
    word
    for line in (ROOT / "tests" / "verbs.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
]
COMMANDS: Final = frozenset(word.rstrip("*") for word in _LISTED)
"""Verbs that a docstring may begin with as a command, in their base form."""
_FINITE: Final = frozenset(_AUXILIARY.split()) | {
    form
    for verb in _LISTED
    if not verb.endswith("*")
    for form in (f"{verb}s", f"{verb}es", f"{verb[:-1]}ies")
}
"""Forms that make a sentence of a noun before them, such as `must` and `returns`."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of prose, and the place where it stands. `kind` is that of the docstring's owner."""

    place: str
    kind: str
    owner: str
    text: str

    @property
    def room(self) -> str:
        """The folder of the package that it stands in; the package itself for its own modules."""
        parts = self.place.split("/")
        return parts[1] if len(parts) > 2 else parts[0]


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Return every module below a folder, in a fixed order."""
    return sorted(folder.rglob("*.py"))


def docstrings(folder: Path = PACKAGE) -> list[Text]:
    """Return every docstring: of modules, classes, functions, and those that stand below a value."""
    return [one for path in modules(folder) for one in _prose_of(path)[0]]


def messages() -> list[Text]:
    """Return every sentence in the source that is no docstring: what users and logs are shown."""
    return [one for path in modules() for one in _prose_of(path)[1]]


@cache
def _prose_of(path: Path) -> tuple[list[Text], list[Text]]:
    """Return the docstrings and the messages of one module, which is walked once."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    documents: list[Text] = []
    said: list[Text] = []
    silent: set[int] = set()
    for node in nodes:
        documents += _documents(path, node)
        silent.update(map(id, _not_shown(node)))
    for node in nodes:
        text = "" if id(node) in silent else _said(node)
        if len(text.split()) >= FEWEST_WORDS and text.rstrip().endswith((".", "?", ":")):
            said.append(Text(_place(path, getattr(node, "lineno", 1)), "message", "", text))
    return documents, said


def _documents(path: Path, node: ast.AST) -> Iterator[Text]:
    if isinstance(node, _HOLDERS):
        if text := ast.get_docstring(node):
            owner = "" if isinstance(node, ast.Module) else node.name
            yield Text(_place(path, node.body[0].lineno), _kind(node), owner, text)
        yield from _of_values(path, node.body)


def faults(one: Text) -> Iterator[str]:
    """Yield what is wrong with the form of a docstring, a sentence for each fault."""
    first = sentence(one.text)
    if _QUESTION.match(first):
        yield "It begins like a question: say what the thing is, does or returns."
    if not re.search(r"[.:?!]$", one.text.rstrip().removesuffix("`").rstrip(")")):
        yield "It does not end with a full stop."
    sentences = [" ".join(part.split()) for part in re.split(r"(?<=[.;])\s+", one.text.strip())]
    if len(sentences) > len(set(sentences)):
        yield "It says the same sentence twice."
    if one.kind == "function" and not has_verb(re.split(r"[;:] ", first)[0]):
        yield "Its first sentence has no verb."


def sentence(text: str) -> str:
    """Return the first sentence of a text, in one line."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=[.:;])\s+(?=[A-Z`{])", paragraph, maxsplit=1)[0]


def has_verb(first: str) -> bool:
    """Return true if a sentence has a main verb: a command at its head, or a verb outside its asides."""
    plain = _QUOTED.sub("X", first)
    words = _WORD.findall(plain)
    if words and words[0].lower() in COMMANDS:
        return True
    rest = _WORD.findall(_ASIDE.sub("", plain))
    return any(word.lower() in _FINITE for word in rest)


def _kind(node: ast.AST) -> str:
    if isinstance(node, ast.Module):
        return "module"
    if isinstance(node, ast.ClassDef):
        return "class"
    names = {ast.unparse(one).rpartition(".")[2] for one in getattr(node, "decorator_list", ())}
    return "property" if names & {"property", "cached_property", "setter"} else "function"


def _of_values(path: Path, body: list[ast.stmt]) -> Iterator[Text]:
    """Yield the docstrings that stand below an assignment, in one list of statements."""
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            value = after.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                place = _place(path, after.lineno)
                yield Text(place, "value", ast.unparse(target), value.value)


def _not_shown(node: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes of texts that are no messages: docstrings, and the parts of a text that has parts."""
    if isinstance(node, ast.Expr):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)


def _said(node: ast.AST) -> str:
    """Return the text of a literal, with `…` for each value that is filled in; else nothing."""
    if isinstance(node, ast.JoinedStr):
        return " ".join("".join(map(_part, node.values)).split())
    return _part(node) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _part(node: ast.expr) -> str:
    return " ".join(str(node.value).splitlines()) if isinstance(node, ast.Constant) else "…"


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"
