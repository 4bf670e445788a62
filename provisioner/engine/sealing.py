"""Writes and reads those values in plan files for which JSON has no type.

They are references, contents of files, and secrets. A plan file has a seal in place of a secret: a
digest from which the secret cannot be computed, and that is expensive to guess. When a plan file is
read, the secret is taken from the manifests on disk, at the same address and path.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import plans as codes
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.errors import PlanRefused
from provisioner.model.frozen import frozen
from provisioner.model.value import (
    Content,
    MissingSecret,
    Reference,
    RemoteId,
    Sensitive,
)

REF = "provisioner:ref"
BORROWED = "provisioner:borrowed"
CONTENT = "provisioner:content"
WITHHELD = "provisioner:env"
LONG = 22
"""The number of characters of a digest that must also resist an attacker (132 bits)."""
COMMON_SALT = "provisioner"
"""The salt of digests that must be equal on every machine."""
MASKED = "provisioner:sensitive"
"""The only key of the mapping that a plan file has in place of a sensitive value: its seal."""
PARTS = "provisioner:parts"
"""The only key of the mapping that the record of a run has in place of a sensitive text.

Its value is the texts before, between and after the secrets of that text.
"""
COST = {"n": 2**14, "r": 8, "p": 1}
"""The parameters of scrypt for one guess at a secret: about 16 MiB and a few hundredths of a second."""


# scrypt is slow on purpose, and one secret is often in hundreds of resources.
@lru_cache(maxsize=1024)
def sealed(secret: str, salt: str) -> str:
    """Return the seal of a secret: the text that replaces it in a plan file.

    The seal is expensive to guess, because many people may read a plan. Each plan has its own salt,
    so the seals of two plans cannot be compared.
    """
    raw = hashlib.scrypt(
        secret.encode("utf-8", "surrogatepass"), salt=salt.encode(), dklen=32, **COST
    )
    return base64.urlsafe_b64encode(raw)[:LONG].decode()


def written(salt: str, leaf: Any) -> Any:
    """Return a leaf of a spec in the form that plan files have."""
    match leaf:
        case Reference(address):
            return {REF: str(address)}
        case RemoteId(id=id):
            return id
        case Sensitive(secret):
            return {MASKED: sealed(secret, salt)}
        case MissingSecret(variable):
            return {WITHHELD: variable}
        case Content(path, base64=base64):
            return {CONTENT: [path, leaf.said, base64]}
        case _:
            return leaf


def declared(salt: str, leaf: Any) -> Any:
    """Return a leaf of a desired spec in the form that plan files have.

    A desired spec has a remote id only if the object with that id is borrowed.
    """
    return {BORROWED: [leaf.kind, leaf.id]} if isinstance(leaf, RemoteId) else written(salt, leaf)


def in_parts(leaf: Any) -> Any:
    """Return a leaf of a desired spec for the record of a run, without any part of a secret."""
    # A seal could be guessed at for as long as the ledger exists, so none is stored.
    return {PARTS: [*_around(leaf)]} if isinstance(leaf, Sensitive) else declared("", leaf)


def _around(leaf: Sensitive) -> Iterator[str]:
    """Yield the texts before, between and after the secrets of a text."""
    start = 0
    # Without spans, all of the text is secret.
    for begin, end in leaf.spans or ((0, len(leaf.value)),):
        yield leaf.value[start:begin]
        start = end
    yield leaf.value[start:]


@frozen
class Secrets:
    """Restores the values of one resource; each secret is taken from its own place in the manifests.

    A secret that was not set when the plan was made is restored only if `gives_missing` is true:
    the plan then makes a new object, and the request for that needs the secret. A text that is
    written as the parts around its secrets (see PARTS) is accepted only if `takes_parts` is true.
    Only the record of a run has such texts: somebody else may have written a plan file.
    """

    address: Address
    salt: str
    gives_missing: bool
    takes_parts: bool = False

    def restored(self, value: Any, held: Any) -> Any:
        """Return a value of a plan file with its leaves restored.

        `held` is the value that the manifests have at the same path.
        """
        if isinstance(value, Mapping):
            key = next(iter(value), "")
            if len(value) == 1 and key in _SPELLED:
                return self._leaf(key, value[key], held)
            theirs = held if isinstance(held, Mapping) else {}
            return {key: self.restored(item, theirs.get(key)) for key, item in value.items()}
        if isinstance(value, list):
            items = held if isinstance(held, list | tuple) else []
            return [
                self.restored(item, items[index] if index < len(items) else None)
                for index, item in enumerate(value)
            ]
        return value

    def _leaf(self, key: str, written: Any, held: Any) -> Any:
        if key == MASKED:
            return self._secret(written, held)
        if key == PARTS:
            return self._joined(written, held)
        if key == WITHHELD:
            return self._missing_secrets(written, held)
        if key == REF:
            return Reference(Address.parse(written))
        if key == BORROWED:
            return RemoteId(*written)
        path, sha256, base64 = written
        return Content(path, sha256, 0, base64=base64)

    def _secret(self, wanted: str, held: Any) -> Sensitive:
        # Somebody who edits a plan file may move a seal to a field that many people can read. So a
        # secret is restored only where the reviewed manifests have it.
        if not isinstance(held, Sensitive):
            raise self._misplaced()
        if sealed(held.value, self.salt) != wanted:
            raise PlanRefused(
                Diagnostic(
                    codes.SENSITIVE_CHANGED,
                    "The plan has only the digest of a sensitive value, and the manifests have "
                    "another value now. Give apply the variables that the plan was made with, or "
                    "plan again.",
                    subject=str(self.address),
                )
            )
        return held

    def _joined(self, parts: list[str], held: Any) -> Sensitive:
        """Return the text of a run's record that has these `parts` around its secrets.

        The secrets are those of `held`, which the manifests have at the same place now.
        """
        secrets = held.secrets if isinstance(held, Sensitive) else ()
        if not self.takes_parts or len(secrets) != len(parts) - 1:
            raise self._misplaced()
        text, spans = parts[0], []
        for secret, after in zip(secrets, parts[1:], strict=True):
            spans.append((len(text), len(text) + len(secret)))
            text += secret + after
        return Sensitive(text, held.variable, tuple(spans) if held.spans else ())

    def _missing_secrets(self, variable: str, held: Any) -> Sensitive | MissingSecret:
        """Return a secret that was not set when the plan was made and that may be set now."""
        if not isinstance(held, Sensitive | MissingSecret) or held.variable != variable:
            raise self._misplaced()
        return held if self.gives_missing else MissingSecret(variable)

    def _misplaced(self) -> PlanRefused:
        return PlanRefused(
            Diagnostic(
                codes.SENSITIVE_MISPLACED,
                "The plan needs a secret at a place where the manifests on disk have none. "
                "Somebody edited the manifests or the plan file. Nothing was applied. Plan again.",
                subject=str(self.address),
            )
        )


_SPELLED = frozenset({REF, BORROWED, MASKED, PARTS, WITHHELD, CONTENT})
"""The keys for leaves for which JSON has no type. Each is the only key of its mapping."""
