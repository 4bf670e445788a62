"""Defines Risk: what a change of a plan means for the users of the changed object."""

from enum import StrEnum

from provisioner.model.address import Address
from provisioner.model.code import Code, Severity
from provisioner.model.diagnostic import Diagnostic, Position
from provisioner.model.frozen import frozen


class Meaning(StrEnum):
    """The areas of use that a change can affect.

    The set is closed, and in the order of printing.
    """

    SECURITY = "security"
    PROTECTION = "protection"
    CONTRACT = "contract"
    BEHAVIOUR = "behaviour"
    COST = "cost"
    KNOWLEDGE = "knowledge"


@frozen
class Risk:
    """One consequence of a change for the people and applications that use the live object.

    `path` is the field, `files` for the documents of a store, or '' for the whole object. `told` is
    a clause, such as `a tool is added`. `position` is the place in a manifest, None if there is
    none. `allowed` is the reason for which a comment at that place accepts the risk, '' if none
    does.
    """

    meaning: Meaning
    code: Code
    address: Address
    path: str
    told: str
    position: Position | None = None
    allowed: str = ""

    @property
    def severity(self) -> Severity:
        return self.code.severity

    @property
    def rank(self) -> tuple[int, int]:
        """The sort key: the most serious severity first, then the order of Meaning."""
        return [*Severity].index(self.severity), [*Meaning].index(self.meaning)

    @property
    def diagnostic(self) -> Diagnostic:
        """The risk as a Diagnostic whose subject is the address."""
        told = f"{self.path}: {self.told}." if self.path else f"{self.told}."
        detail = f"{told[:1].upper()}{told[1:]}" if not self.path else told
        return Diagnostic(
            self.code, detail, self.position, subject=str(self.address), allowed=self.allowed
        )
