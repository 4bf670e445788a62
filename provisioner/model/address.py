"""Identity: which resource of a stack is meant. A type, not a string."""

import re
from dataclasses import dataclass
from typing import Self

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """`kind.name`, such as `assistant.policy-qa`: hashable, sortable, prints and parses."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind.name`. Raises ValueError when `text` is anything else."""
        kind, dot, name = text.partition(".")
        if not dot or not kind or not name:
            raise ValueError(f"{text!r} is not an address; one looks like assistant.policy-qa")
        return cls(kind, name)
