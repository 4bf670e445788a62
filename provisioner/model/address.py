"""Defines Address, which identifies one resource of a Stack, such as `assistant.policy-qa`."""

import re
from dataclasses import replace
from typing import Self

from provisioner.model.frozen import frozen

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""The pattern of the names that a manifest may give, and of the keys of rows in a table."""
BARE = re.compile(r"[A-Za-z0-9_-]+(\[[^\[\]]+\])?")
"""The pattern of a resource's name, or of an object's id, when no kind is written before it."""
ALL = "*"
"""The wildcard: `assistant.*` means all assistants, `assistant.support[*]` all rows of a table."""


@frozen(order=True)
class Address:
    """An address `kind.name`, such as `assistant.policy-qa`.

    It can be hashed, sorted, printed and parsed.

    A manifest with `for_each` declares one resource for each row of a table. The name of such a
    resource ends in the row's key: `assistant.support[acme]`.
    """

    kind: str
    name: str

    @property
    def base(self) -> str:
        """The name without the key of a row: `support` for `support[acme]`."""
        return self.name.partition("[")[0]

    @property
    def key(self) -> str:
        """The key of a row: `acme` for `support[acme]`, and '' for a name without a key."""
        return self.name.partition("[")[2].removesuffix("]")

    def row(self, key: str) -> Self:
        """Return the address of the row with this key."""
        return replace(self, name=f"{self.base}[{key}]")

    def is_meant_by(self, term: Self) -> bool:
        """Return true if `term` selects this address: it is the same, `kind.*`, or `kind.name[*]`."""
        if term.kind != self.kind:
            return False
        return term.name in (ALL, self.name) or bool(
            term.key == ALL and self.key and term.base == self.base
        )

    @property
    def is_bare(self) -> bool:
        """True if the address has no kind. Then `name` is a resource's name or an object's id."""
        return not self.kind

    def __hash__(self) -> int:
        # Most mappings of a plan have addresses as keys. Python caches the hash of a string, but
        # not that of a tuple, so the name alone is hashed.
        return hash(self.name)

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" if self.kind else self.name

    @classmethod
    def given(cls, text: str) -> Self:
        """Parse `kind.name`, or a name or id without a kind.

        Raises ValueError for any other text.
        """
        return cls("", text) if BARE.fullmatch(text) else cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `kind.name`. Raises ValueError for any other text."""
        kind, dot, name = text.partition(".")
        if not dot or not kind or not name:
            raise ValueError(f"{text!r} is not an address; one looks like assistant.policy-qa")
        return cls(kind, name)
