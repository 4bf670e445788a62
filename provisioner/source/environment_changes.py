"""Apply the Stack's defaults and the chosen environment's `patches` and `without` to the drafts."""

from collections.abc import Mapping
from typing import Any

from provisioner.model.address import Address
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.frozen import frozen
from provisioner.source.draft import Draft
from provisioner.source.layers import Layer, Layers
from provisioner.source.manifest import Manifest, Report
from provisioner.source.suggest import did_you_mean

Drafts = Mapping[Address, Draft]


@frozen
class EnvironmentChanges:
    """The changes that the Stack and one of its environments make to the resources of a folder.

    `environment` is the name of the environment, None if none was chosen. `settings` are the
    settings of that environment in the Stack; empty if none was chosen. Problems go to `report`.
    """

    stack: Manifest
    environment: str | None
    settings: Mapping[str, Any]
    report: Report

    def layer(self, drafts: Drafts) -> None:
        """Add the Stack's defaults and the environment's patches to the layers of each draft."""
        patches = self._patches(drafts)
        defaults = _mapping(self.stack.spec.get("defaults"))
        for address, draft in drafts.items():
            data, base = defaults.get(address.kind), ("spec", "defaults", address.kind)
            below = Layer(self.stack, base, data) if isinstance(data, dict) else None
            above = patches.get(address, ())
            if below or above:
                draft.layers = Layers(draft.kind, below, draft.layers.own, above)

    def left_out(self, drafts: Drafts) -> frozenset[Address]:
        """Return the addresses of the drafts that the environment's `without` names."""
        # The Stack may have mistakes here. They are reported already, and the run goes on.
        entries = self.settings.get("without")
        found: set[Address] = set()
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            named = _named(str(entry), drafts)
            found |= named
            if not named:
                place = ("spec", "environments", self.environment or "", "without", index)
                meant = did_you_mean(str(entry), map(str, drafts))
                detail = f"No manifest declares `{entry}`.{meant}"
                self.report.error(self.stack, place, stack_codes.WITHOUT_NOTHING, detail)
        return frozenset(found)

    def _patches(self, drafts: Drafts) -> dict[Address, list[Layer]]:
        """Return the environment's patches of each address, in the order of the Stack."""
        found: dict[Address, list[Layer]] = {}
        patches = self.settings.get("patches")
        for index, patch in enumerate(patches if isinstance(patches, list) else ()):
            text = str(_mapping(patch).get("address"))
            place = ("spec", "environments", self.environment or "", "patches", index)
            named = _named(text, drafts)
            # A patch of `kind.*` would be a default, for which the Stack has `defaults`.
            if not named or text.endswith(".*"):
                meant = did_you_mean(text, map(str, drafts))
                detail = f"No manifest declares `{text}`.{meant}"
                code = stack_codes.PATCH_OF_NOTHING
                self.report.error(self.stack, (*place, "address"), code, detail)
            elif isinstance(patch.get("spec"), dict):
                layer = Layer(self.stack, (*place, "spec"), patch["spec"])
                for address in named:
                    found.setdefault(address, []).append(layer)
        return found


def _named(text: str, drafts: Drafts) -> set[Address]:
    """Return the addresses that a text selects: one address, `kind.*` or `kind.name[*]`."""
    kind, _, name = text.partition(".")
    return {a for a in drafts if a.is_meant_by(Address(kind, name))}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
