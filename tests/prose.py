"""The prose of the package, read from its source: docstrings, comments, and messages to users.

`tests/test_prose.py` judges the docstrings by rule. `python -m tests.draw` draws docstrings and
messages at random, or prints all the prose of a file, for a reader who has not seen the code.
"""

from __future__ import annotations

import ast
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.sentences import has_verb, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "provisioner"
SUPPORT: Final = ROOT / "tests" / "support"
FEWEST_WORDS: Final = 5
"""The fewest words of a message. A shorter string is a label, which is not judged."""
LONGEST_VALUE: Final = 60
"""The most characters of a value that a signature shows. A longer value is shown as `…`."""

_HOLDERS: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_QUESTION: Final = re.compile(
    r"(what|whether|where|which|how|who|whose|whom|why|when)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Text:
    """A docstring, a comment or a message, with its place in the source.

    `kind` is `module`, `class`, `function`, `property` or `value` for a docstring, else `message`
    or `comment`. `owner` is the name that a docstring describes, or the function that a message is
    in. `signature` is the line of code that a reader of the source sees beside the text.
    """

    place: str
    kind: str
    owner: str
    text: str
    signature: str = ""

    @property
    def room(self) -> str:
        """The folder of the package in which the text is, or the package if it is in no folder of it."""
        parts = self.place.split("/")
        return parts[1] if len(parts) > 2 else parts[0]

    @property
    def line(self) -> int:
        """The number of the line on which the text begins, counted from 1."""
        return int(self.place.rpartition(":")[2])


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Return every module below a folder, in a fixed order. A path of one module returns that one."""
    return [folder] if folder.is_file() else sorted(folder.rglob("*.py"))


def docstrings(folder: Path = PACKAGE) -> list[Text]:
    """Return every docstring: of modules, classes, functions, and those that stand below a value."""
    return [one for path in modules(folder) for one in _prose_of(path)[0]]


def messages(folder: Path = PACKAGE) -> list[Text]:
    """Return every string in the source that is a sentence and no docstring: users and logs get it."""
    return [one for path in modules(folder) for one in _prose_of(path)[1]]


def comments(folder: Path = PACKAGE) -> list[Text]:
    """Return every comment; lines of comment that follow each other are one."""
    return [one for path in modules(folder) for one in _comments_of(path)]


@cache
def _prose_of(path: Path) -> tuple[list[Text], list[Text]]:
    """Return the docstrings and the messages of one module, which is walked once."""
    found = _Found(path)
    found.walk(ast.parse(path.read_text(encoding="utf-8")))
    return found.documents, found.said


class _Found:
    """The docstrings and the messages of one module, collected while its tree is walked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.documents: list[Text] = []
        self.said: list[Text] = []

    def walk(self, node: ast.AST, inside: str = "", labels: tuple[str, ...] = ()) -> None:
        """Collect the docstrings and messages of a node and of all below it.

        `inside` is the dotted name of the class or function that the node is in, and `labels` are
        the words there under which the node stands, from the outermost to the innermost.
        """
        self.documents += _documents(self.path, node, inside)
        if isinstance(node, _HOLDERS[1:]):
            inside, labels = f"{inside}.{node.name}".lstrip("."), ()
        text = _said(node)
        # The pieces of a message are no messages of their own, so nothing below it is walked.
        if text is not None:
            if _is_message(text):
                place = _place(self.path, getattr(node, "lineno", 1))
                context = " > ".join([f"in {inside or 'the module'}", *labels[-3:]])
                self.said.append(Text(place, "message", inside, text, context))
            return
        for child, label in _labelled(node):
            if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
                self.walk(child, inside, (*labels, label) if label else labels)


def _labelled(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Yield each child of a node with the words under which a message in it is shown.

    They are the name that a value is assigned to, the key of a dictionary, the name of a keyword,
    and the short strings that a call is given, such as the name and the summary of a code.
    """
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield value, ast.unparse(key) if key else ""
        return
    label = ""
    if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call):
        label = ast.unparse(node.targets[0])
    elif isinstance(node, ast.keyword):
        label = node.arg or ""
    elif isinstance(node, ast.Call):
        given = [ast.unparse(one) for one in node.args if _is_label(one)]
        label = f"{ast.unparse(node.func)}({', '.join(given)})" if given else ""
    for child in ast.iter_child_nodes(node):
        yield child, label


def _is_label(node: ast.expr) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return not _is_message(node.value) and len(node.value) <= LONGEST_VALUE


def _is_message(text: str) -> bool:
    """Return true if a string is a sentence: cells of tables, headings and codes have no verb."""
    ends = text.rstrip().endswith((".", "?", ":"))
    words = [word for word in text.split() if not word.startswith("{")]
    plain = re.sub(r"\{[^{}]*\}", "X", text)
    return (
        ends
        and len(words) >= FEWEST_WORDS
        and any(has_verb(part) for part in re.split(r"(?<=[.:;?])\s+", plain))
    )


def _documents(path: Path, node: ast.AST, inside: str) -> Iterator[Text]:
    if isinstance(node, _HOLDERS):
        if text := ast.get_docstring(node):
            owner = "" if isinstance(node, ast.Module) else node.name
            place = _place(path, node.body[0].lineno)
            yield Text(place, _kind(node), owner, text, _signature(node, inside))
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


def _kind(node: ast.AST) -> str:
    if isinstance(node, ast.Module):
        return "module"
    if isinstance(node, ast.ClassDef):
        return "class"
    names = {ast.unparse(one).rpartition(".")[2] for one in getattr(node, "decorator_list", ())}
    return "property" if names & {"property", "cached_property", "setter"} else "function"


def _signature(node: ast.AST, inside: str) -> str:
    """Return the first line of a class or function, with the class that a function is in."""
    before = f"{inside}." if inside else ""
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        return f"class {before}{node.name}" + (f"({bases})" if bases else "")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return f"def {before}{node.name}({ast.unparse(node.args)}){returns}"
    return ""


def _of_values(path: Path, body: list[ast.stmt]) -> Iterator[Text]:
    """Yield the docstrings that stand below an assignment, in one list of statements."""
    for node, after in pairwise(body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            value = after.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                place = _place(path, after.lineno)
                line = _assigned(node)
                yield Text(place, "value", ast.unparse(target), value.value, line)


def _assigned(node: ast.Assign | ast.AnnAssign) -> str:
    """Return the code of an assignment, with `…` for a value that is too long for one line."""
    whole = ast.unparse(node)
    if node.value is None or len(ast.unparse(node.value)) <= LONGEST_VALUE:
        return whole
    return whole.removesuffix(ast.unparse(node.value)) + "…"


def _said(node: ast.AST) -> str | None:
    """Return the text that an expression makes, with `{expression}` for what is filled in.

    None if the expression is no text: neither a string, an f-string, nor a sum that has one in it.
    """
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and _is_text(node):
        return " ".join("".join(_parts(node)).split())
    return None


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and (_is_text(node.left) or _is_text(node.right))
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _parts(node: ast.expr) -> Iterator[str]:
    """Yield the pieces of a text from left to right, each as a reader sees it in the source."""
    if isinstance(node, ast.BinOp) and _is_text(node):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from _parts(part)
    elif isinstance(node, ast.FormattedValue):
        yield f"{{{ast.unparse(node.value)}}}"
    elif isinstance(node, ast.Constant):
        yield str(node.value)
    else:
        yield f"{{{ast.unparse(node)}}}"


def _comments_of(path: Path) -> Iterator[Text]:
    """Yield the comments of one module, each with the line of code that it is on or stands above."""
    lines = path.read_text(encoding="utf-8").splitlines()
    with path.open("rb") as file:
        found = {
            token.start[0]: token
            for token in tokenize.tokenize(file.readline)
            if token.type == tokenize.COMMENT
        }
    for number, token in found.items():
        alone = token.line.lstrip().startswith("#")
        if alone and number - 1 in found and lines[number - 2].lstrip().startswith("#"):
            continue
        block = list(takewhile(found.__contains__, range(number, len(lines) + 1)))
        block = block if alone else [number]
        text = " ".join(found[one].string.lstrip("# ") for one in block)
        code = lines[block[-1]] if alone and block[-1] < len(lines) else token.line
        yield Text(_place(path, number), "comment", "", text, code.strip().partition("  #")[0])


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}"
