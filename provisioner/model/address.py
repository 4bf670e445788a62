"""Defines Address, which names one resource of a Stack."""

import re
from dataclasses import replace
from typing import Self

from provisioner.model.frozen import frozen

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The pattern of a name in a manifest, and of the key of a row in a table."""
BARE = re.compile(r"[A-Za-z0-9_-]+(\[[^\[\]]+\])?")
"""The pattern of a name or an id without a kind before it."""
ALL = "*"
"""The sign for every name of a kind (`assistant.*`), or every row (`assistant.support[*]`)."""


@frozen(order=True)
class Address:
    """`kind.name`, such as `assistant.policy-qa`. It is hashable, and sorts, prints and parses.

    A manifest with a table declares one resource for each row. Their names end in the row's key:
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
        """The key of a row, such as `acme`. It is empty if the manifest has no table."""
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

    def __hash__(self) -> int:
        # Addresses are the keys of most mappings of a plan. A text keeps its hash, and a tuple does not.
        return hash(self.name)

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" if self.kind else self.name

    @classmethod
    def given(cls, text: str) -> Self:
        """Read `kind.name`, or a bare name or id. Raises ValueError if `text` is neither."""
        return cls("", text) if BARE.fullmatch(text) else cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind.name`. Raises ValueError if `text` has another form."""
        kind, dot, name = text.partition(".")
        if not dot or not kind or not name:
            raise ValueError(f"{text!r} is not an address; one looks like assistant.policy-qa")
        return cls(kind, name)
