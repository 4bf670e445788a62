"""Compares two sides of a tracked field with each other, and with what a mark recorded of them.

A mark is judged with the digests of its own version. Those of version 1 sorted every key, and knew a
file by its bytes; what they could not see is told here.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Self

from provisioner.engine.former import with_former
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.mark import VERSION, Applied
from provisioner.model.plan import UNSET
from provisioner.model.schemas import NOWHERE, Schemas, reordered
from provisioner.model.value import Sensitive, Spans, digest, is_sensitive, same, spellings

NOTHING = ""
"""The digest of a side that has no value."""
MOST_SPANS = 4
"""Secret parts of one text that a mark has room for. Beyond it the whole text counts as secret."""


@frozen
class Comparer:
    """Comparisons at one place of a spec.

    `schemas` says where JSON Schemas begin below that place, `version` is that of the mark whose
    digests are read. `formerly` are the addresses under which what is referred to was known before:
    a digest with those is a digest of the value.
    """

    schemas: Schemas = NOWHERE
    version: int = VERSION
    formerly: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict)

    def below(self, *keys: str) -> Self:
        """Return the comparer of the value that `keys` lead to."""
        return type(self)(self.schemas.below(keys), self.version, self.formerly)

    def alike(self, left: Any, right: Any) -> bool:
        """Return true if two sides are the same. Two sides without a value are."""
        if left is UNSET or right is UNSET:
            return left is right
        return same(left, right, self.schemas)

    def applied(self, sent: Any, got: Any) -> Applied:
        """Return what a new mark records of a tracked field."""
        digest_of_sent = self._written(sent)
        return Applied(
            digest_of_sent,
            digest_of_sent if self.alike(sent, got) else self._written(got),
            sensitive=is_sensitive(sent),
            spans=_spans(sent),
        )

    def is_recorded(self, value: Any, recorded: str) -> bool:
        """Return true if the mark's digest is of this value."""
        return recorded in self._read(value)

    def is_blind(self, left: Any, right: Any) -> bool:
        """Return true if two sides differ in something that the mark's digests could not see.

        Those of version 1 did not see the order of properties.
        """
        return self.version < VERSION and (
            not self._read(left).isdisjoint(self._read(right))
            or any(reordered(left, right, self.schemas))
        )

    def renewed(self, applied: Applied, sent: Any, got: Any) -> Applied:
        """Return what an older mark recorded of a tracked field, in the digests of today.

        A digest stays as it is where it is not of the value that is there now: what it was of is
        not known any more. What the older digests could not see is no answer of the server's.
        """
        if self.is_blind(sent, got):
            return replace(self.applied(sent, sent), refused=applied.refused)
        new = self.applied(sent, got)
        return replace(
            applied,
            sent=new.sent if self.is_recorded(sent, applied.sent) else applied.sent,
            got=new.got if self.is_recorded(got, applied.got) else applied.got,
        )

    def _written(self, value: Any) -> str:
        return NOTHING if value is UNSET else digest(value, schemas=self.schemas)

    def _read(self, value: Any) -> frozenset[str]:
        """Return every digest under which the mark may have recorded a value."""
        if value is UNSET:
            return frozenset({NOTHING})
        schemas = self.schemas if self.version >= VERSION else NOWHERE
        return frozenset(
            digest(spelling, schemas=schemas)
            for each in with_former(value, self.formerly)
            for spelling in spellings(each)
        )


def _spans(sent: Any) -> Spans:
    """Return the secret parts of a text, where there are few enough of them for a mark."""
    spans = sent.spans if isinstance(sent, Sensitive) else ()
    return spans if len(spans) <= MOST_SPANS else ()


PLAIN = Comparer()
"""The comparisons where no schema begins, by a mark of today."""
