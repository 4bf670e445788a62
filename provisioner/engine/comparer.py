"""Compares the two sides of a tracked field with each other, and with the digests in a mark.

A value is compared with digests of the mark's version. Digests of version 1 sorted all keys and
used the bytes of a file, so they cannot show that only the order of properties changed.
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
from provisioner.model.value import Sensitive, Spans, digest, is_sensitive, recorded_variants, same

NOTHING = ""
"""The digest of a side that has no value."""
# Each part takes about eight characters of a mark that has 512 for all its digests.
MOST_SPANS = 4
"""The largest number of secret parts of a text that a mark records.

A text with more is all secret.
"""


@frozen
class Comparer:
    """Compares values at one place of a spec.

    `schemas` are the places below it where JSON Schemas begin. `version` is the version of the mark
    whose digests are read. `formerly` has the earlier addresses of each renamed resource: a digest
    of the value with an earlier address is accepted as a digest of the value.
    """

    schemas: Schemas = NOWHERE
    version: int = VERSION
    formerly: Mapping[Address, tuple[Address, ...]] = field(default_factory=dict)

    def below(self, *keys: str) -> Self:
        """Return the comparer for the value to which `keys` lead."""
        return type(self)(self.schemas.below(keys), self.version, self.formerly)

    def alike(self, left: Any, right: Any) -> bool:
        """Return true if two sides are equal, or if neither has a value."""
        if left is UNSET or right is UNSET:
            return left is right
        return same(left, right, self.schemas)

    def applied(self, sent: Any, got: Any) -> Applied:
        """Return the digests that a new mark records for a tracked field."""
        # A digest takes time, and nearly always both sides are equal, so one is computed for both.
        digest_of_sent = self._written(sent)
        return Applied(
            digest_of_sent,
            digest_of_sent if self.alike(sent, got) else self._written(got),
            sensitive=is_sensitive(sent),
            spans=_spans(sent),
        )

    def is_recorded(self, value: Any, recorded: str) -> bool:
        """Return true if the digest `recorded` in the mark is a digest of this value."""
        return recorded in self._read(value)

    def is_blind(self, left: Any, right: Any) -> bool:
        """Return true if the only difference of two sides may be one that the mark's digests do not show.

        Digests of version 1 do not show the order of properties.
        """
        return self.version < VERSION and (
            not self._read(left).isdisjoint(self._read(right))
            or any(reordered(left, right, self.schemas))
        )

    def renewed(self, applied: Applied, sent: Any, got: Any) -> Applied:
        """Return the digests of an older mark for a tracked field in the current version.

        A digest that does not fit the present value is kept, because the value from which it was
        computed is not known any more. If both sides differ only in something that the older
        digests do not show, `got` is recorded as equal to `sent`: the server did not cause the
        difference.
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
        """Return every digest with which the mark may have recorded a value."""
        if value is UNSET:
            return frozenset({NOTHING})
        # Version 1 sorted properties like all other keys, as if there were no schema.
        schemas = self.schemas if self.version >= VERSION else NOWHERE
        return frozenset(
            digest(variant, schemas=schemas)
            for each in with_former(value, self.formerly)
            for variant in recorded_variants(each)
        )


def _spans(sent: Any) -> Spans:
    """Return the secret parts of a text, none if there are too many of them for a mark."""
    spans = sent.spans if isinstance(sent, Sensitive) else ()
    return spans if len(spans) <= MOST_SPANS else ()


PLAIN = Comparer()
"""The comparer for a place without schemas and for a mark of the current version."""
