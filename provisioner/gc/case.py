"""Defines Case: everything that the judgement of an account needs beside its inventory."""

from collections.abc import Mapping
from dataclasses import field

from provisioner.gc.graph import Reader
from provisioner.model.address import Address
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Account, Remembered
from provisioner.model.mark import Owner
from provisioner.model.remote import Live
from provisioner.policy.prices import PRICES, Prices


@frozen
class Case:
    """Everything that a judgement needs beside the inventory.

    `owner` is None if there is no Stack. `live` are our objects, and `declared` the addresses that
    manifests declare. `marks` has the function that reads a mark, by noun. `sent` are the file name
    and the size of each document that the manifests would upload. `left` are the ids of files that
    test candidates of this stack attached. `has_threads` is true if applications use threads on the
    runtime of the target, which no API lists.
    """

    account: Account
    owner: Owner | None = None
    live: Live = Live()
    declared: frozenset[Address] = frozenset()
    marks: Mapping[str, Reader | None] = field(default_factory=dict)
    remembered: Remembered = Remembered()
    sent: frozenset[tuple[str, int]] = frozenset()
    left: frozenset[str] = frozenset()
    has_threads: bool = False
    prices: Prices = PRICES
