"""Defines Address, which names one resource of a Stack."""

import re
from dataclasses import replace
from typing import Self

from provisioner.model.frozen import frozen

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The name that a manifest gives, and the key of a row of its table."""
BARE = re.compile(r"[A-Za-z0-9_-]+(\[[^\[\]]+\])?")
"""A name or an id without a kind before it."""
ALL = "*"
"""Stands for every name of a kind (`assistant.*`), or every row (`assistant.support[*]`)."""


@frozen(order=True)
class Address:
    """`kind.name`, such as `assistant.policy-qa`: hashable, sortable, prints and parses.

    A manifest with a table declares one resource a row, whose name ends in the row's key:
    `assistant.support[acme]`.
    """

    kind: str
    name: str

    @property
    def base(self) -> str:
        """The name without the key of a row: `support`."""
        return self.name.partition("[")[0]

    @property
    def key(self) -> str:
        """The key of a row, `acme`; empty where the manifest has no table."""
        return self.name.partition("[")[2].removesuffix("]")

    def row(self, key: str) -> Self:
        """Returns the address of one row."""
        return replace(self, name=f"{self.base}[{key}]")

    def is_meant_by(self, term: Self) -> bool:
        """Returns true where `term` is this address, `kind.*`, or `kind.name[*]` of its manifest."""
        if term.kind != self.kind:
            return False
        return term.name in (ALL, self.name) or bool(
            term.key == ALL and self.key and term.base == self.base
        )

    @property
    def is_bare(self) -> bool:
        """True for an address without a kind. Its name is a resource name or an id, not yet looked up."""
        return not self.kind

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" if self.kind else self.name

    @classmethod
    def given(cls, text: str) -> Self:
        """Read `kind.name`, or a bare name or id. Raises ValueError when `text` is neither."""
        return cls("", text) if BARE.fullmatch(text) else cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind.name`. Raises ValueError when `text` is anything else."""
        kind, dot, name = text.partition(".")
        if not dot or not kind or not name:
            raise ValueError(f"{text!r} is not an address; one looks like assistant.policy-qa")
        return cls(kind, name)
