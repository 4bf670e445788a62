"""Syntax trees of the package's modules, parsed once a process. Nobody changes one."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file of the package, which no test writes."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> Sequence[ast.AST]:
    """Return every node of a file of the package, in the order of `ast.walk`."""
    return tuple(ast.walk(tree_of(path)))
