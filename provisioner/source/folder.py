"""Load one folder of manifests: run the steps of `read → check → resolve` in their order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.allowance import Allowance
from provisioner.model.code import Code
from provisioner.model.codes import manifests as manifest_codes
from provisioner.model.codes import stacks as stack_codes
from provisioner.model.diagnostic import Position, has_errors
from provisioner.model.hints import hint
from provisioner.model.resource import Resource
from provisioner.model.runtime import Runtime
from provisioner.model.spelling import real
from provisioner.model.stack import Stack
from provisioner.source.allowances import allowances
from provisioner.source.check import FOR_EACH, STACK, address_of, check
from provisioner.source.contents import Contents
from provisioner.source.draft import Draft
from provisioner.source.environment_changes import EnvironmentChanges
from provisioner.source.fleets import read_fleet
from provisioner.source.layers import Layer, Layers
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.proposed import only_declared, with_trusted
from provisioner.source.read import Reading, read
from provisioner.source.resolve import Resolver
from provisioner.source.stack import choose, environment_of
from provisioner.source.stack_targets import Choice
from provisioner.source.suggest import did_you_mean, listed
from provisioner.source.support import Supported, support, unknown_drops
from provisioner.source.varfiles import Chosen, given
from provisioner.source.variables import Variables
from provisioner.source.where import where


@dataclass
class Folder:
    """A folder of manifests while it is being loaded. Problems go to `report`."""

    path: Path
    choice: Choice
    environ: Mapping[str, str]
    runtimes: Mapping[str, Runtime]
    report: Report
    trusted: Manifest | None = None
    """The Stack whose targets replace the folder's own, if the folder is that of a proposal; else None."""
    stacks: list[Manifest] = field(default_factory=list)
    drafts: dict[Address, Draft] = field(default_factory=dict)
    names: dict[Address, Manifest] = field(default_factory=dict)
    """The first manifest that declares each address.

    A manifest with a table makes many drafts, but has one address here.
    """
    unread: dict[str, set[str]] = field(default_factory=dict)
    """By kind, the names of fleets whose tables could not be read. References to their rows are not
    reported as missing."""
    twins: list[Draft] = field(default_factory=list)
    """Drafts without a valid name, or with a name that an earlier draft has.

    They are checked, so that all their problems are reported, but are no part of `desired`.
    """
    declared: Mapping[Address, Resource] = field(default_factory=dict)
    """The desired side before the fields and kinds in the target's `drop:` are left out."""
    borrowed: Mapping[Address, Resource] = field(default_factory=dict)
    """Resources whose objects belong to somebody else. Their spec has only `id`."""
    targets: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    files: frozenset[Path] = frozenset()
    """The real paths of all local files that manifests name."""
    allowances: tuple[Allowance, ...] = ()
    """The comments in the manifests that allow a finding."""

    def load(
        self, variables: Chosen
    ) -> tuple[Stack | None, dict[Address, Resource], Mapping[Address, tuple[str, ...]]]:
        """Return the Stack, the desired side, and by address the paths that the target's `drop:` leaves out.

        The Stack is None if the folder has none that can be used.
        """
        if not self._is_folder():
            return None, {}, {}
        reading = read(self.path, self.report)
        contents = Contents(self.path, self.report)
        self._check(reading, contents)
        # A file with many documents is one source, whose comments are read once.
        sources = dict.fromkeys(m.source for m in reading.manifests if m.source.allows)
        self.allowances = tuple(a for one in sources for a in allowances(one, self.report))
        manifest = self._the_stack(reading)
        if manifest and self.trusted:
            manifest = with_trusted(manifest, self.trusted, self.report)
            variables = only_declared(variables, self.trusted)
        chosen = environment_of(manifest, self.choice, self.report) if manifest else {}
        left_out: frozenset[Address] = frozenset()
        if manifest:
            around = EnvironmentChanges(manifest, self.choice.environment, chosen, self.report)
            # Patches come first: a patch of a resource that `without` leaves out is no mistake.
            around.layer(self.drafts)
            left_out = around.left_out(self.drafts)
            self.drafts = {a: draft for a, draft in self.drafts.items() if a not in left_out}
        values = Variables(
            manifest,
            self.choice.environment or "",
            _mapping(chosen.get("variables")),
            given(variables, manifest, self.report),
            self.environ,
            self.report,
        )
        # Needed before documents are made, because marks record paths relative to the Stack.
        contents.home = manifest.source.folder if manifest else None
        resolver = Resolver(
            self.drafts, self.twins, values, contents, reading.broken, left_out, self.unread
        )
        desired = resolver.desired()
        self.declared, self.borrowed = desired, resolver.borrowed
        self.files = frozenset(contents.files.used)
        # Only now is it known which files a manifest names: those are content, and the rest are
        # strays.
        self._strays(reading, {*contents.files.used, *map(real, variables.files)})
        if not manifest:
            # Without a Stack there is no target, so no support can be checked.
            return None, desired, {}
        stack = choose(
            manifest,
            root=self.path,
            choice=self.choice,
            environment=chosen,
            variables=values,
            report=self.report,
        )
        supported = self._support(manifest, stack, desired)
        # After dropping: a target that drops every kind would also delete everything.
        self._not_empty(manifest, supported.desired)
        return stack, supported.desired, supported.dropped

    def _is_folder(self) -> bool:
        """Return true if `path` is a folder that can be read; else report why not."""
        try:
            if self.path.is_dir():
                return True
            is_there = self.path.exists()
        except OSError as error:
            detail = f"{error.strerror}. As long as the folder cannot be read, nothing is changed."
            self.report.add(manifest_codes.UNREADABLE_FOLDER, detail, Position(str(self.path)))
            return False
        if is_there:
            self.report.add(manifest_codes.NOT_A_FOLDER, self._of_a_file())
        else:
            detail = (
                f"There is no `{self.path}`. {hint('init', *self._place())} creates one with a"
                " first manifest."
            )
            self.report.add(manifest_codes.NO_SUCH_FOLDER, detail)
        return False

    def _of_a_file(self) -> str:
        """Return the message for a path that is a file, which may be a saved plan."""
        detail = f"`{self.path}` is a file. Name the folder of manifests: `{self.path.parent}`."
        if self.path.suffix != ".json":
            return detail
        plan = str(self.path)
        return (
            f"{detail} If it is a saved plan, {hint('show', plan, only=())} prints it and"
            f" {hint('apply', plan, only=())} carries it out."
        )

    def _place(self) -> tuple[str, ...]:
        """Return the folder as an argument for a command in a hint; empty if it is the default folder."""
        return () if self.path == Path("manifests") else (str(self.path),)

    def _check(self, reading: Reading, contents: Contents) -> None:
        """Check every document, and make a draft of each resource, or of each row of its table."""
        for manifest in reading.manifests:
            bad = check(manifest, self.report)
            if manifest.data.get("kind") == STACK:
                self.stacks.append(manifest)
            elif bad is not None:
                self._declare(manifest, bad, contents)

    def _declare(self, manifest: Manifest, bad: frozenset[Place], contents: Contents) -> None:
        """Make the drafts of one document, and report an address that is declared twice."""
        address = address_of(manifest)
        kind = KINDS[address.kind]
        layers = Layers(kind, None, Layer(manifest, ("spec",), manifest.spec))
        failed = bool(bad) or not isinstance(manifest.data.get("spec"), dict)
        places = {place[:2] for place in bad}
        draft = Draft(manifest, address, kind, layers, self.report, places, failed=failed)
        first = self.names.setdefault(address, manifest) if address.name else None
        fleet = read_fleet(manifest, contents) if FOR_EACH in manifest.data else None
        if fleet:
            rows = [
                replace(draft, address=address.row(row.key), bad={*places}, fleet=fleet, row=row)
                for row in fleet.rows
            ]
        elif FOR_EACH in manifest.data:
            # An unreadable table must not look like one without rows: its resources would be
            # deleted.
            self.unread.setdefault(address.kind, set()).add(address.name)
            rows = []
        else:
            rows = [draft]
        if first is manifest:
            self.drafts.update({each.address: each for each in rows})
            return
        # One row stands for all: rows of one manifest have the same mistakes.
        self.twins += rows[:1]
        if first:
            place = first.position(("metadata", "name"))
            detail = f"`{address}` is declared at {place} as well. Rename one of the two."
            at = ("metadata", "name")
            self.report.error(manifest, at, manifest_codes.SAME_ADDRESS_TWICE, detail)

    def _the_stack(self, reading: Reading) -> Manifest | None:
        if not self.stacks:
            if not (reading.manifests or reading.broken or reading.strays):
                detail = (
                    f"The folder `{self.path}` contains no manifest."
                    f" {hint('init', *self._place())} writes a first one."
                )
                self.report.add(manifest_codes.NO_MANIFESTS, detail)
            # A broken file may be the Stack. Its own error is reported, and is enough.
            elif not reading.broken:
                detail = (
                    f"No document in `{self.path}` has `kind: Stack`. A Stack names the owner of"
                    " the live objects and their targets. Write one, or name the folder that has"
                    " it."
                )
                self.report.add(manifest_codes.NO_STACK, detail)
            return None
        first, *more = self.stacks
        for other in more:
            detail = f"The folder already has a Stack at {first.start}. Remove one of the two."
            self.report.add(manifest_codes.SECOND_STACK, detail, other.start)
        return first

    def _not_empty(self, manifest: Manifest, desired: Mapping[Address, Resource]) -> None:
        """Report an error if nothing is desired, because an apply would then delete every live object."""
        if desired or has_errors(self.report.diagnostics):
            return
        detail = (
            "The folder has a Stack, but no resource for this target. Declare one. To"
            f" delete everything that is live, run {hint('destroy')}."
        )
        self.report.add(manifest_codes.NOTHING_DECLARED, detail, manifest.start)

    def _strays(self, reading: Reading, used: Iterable[Path]) -> None:
        """Report files that are no manifests, unless a manifest names them as content."""
        for path in reading.strays.keys() - set(used):
            for code, detail, position in reading.strays[path]:
                self.report.add(code, detail, position)

    def _support(
        self, manifest: Manifest, stack: Stack | None, desired: dict[Address, Resource]
    ) -> Supported:
        """Check `drop:` of every target.

        Return the desired side without what the chosen target's `drop:` leaves out.
        """
        runtimes_of = {
            name: str(_mapping(target).get("runtime"))
            for name, target in _mapping(manifest.spec.get("targets")).items()
        }
        self.targets = tuple(runtimes_of)
        self.environments = tuple(_mapping(manifest.spec.get("environments")))
        # Every target, so that a mistake in `prod` is found by a run on `dev`.
        for name, runtime in runtimes_of.items():
            self._target(manifest, name, runtime, desired)
        if stack is None or stack.target.runtime not in self.runtimes:
            return Supported(desired, {})
        return support(desired, stack.target, self.runtimes, runtimes_of, self._unsupported)

    def _target(
        self,
        manifest: Manifest,
        name: str,
        runtime: str,
        desired: Mapping[Address, Resource],
    ) -> None:
        """Report an unknown runtime of a target, and entries of its `drop:` that drop nothing."""
        place = ("spec", "targets", name)
        target = _mapping(manifest.spec["targets"][name])
        if runtime not in self.runtimes and "runtime" in target:
            meant = did_you_mean(runtime, self.runtimes)
            detail = f"There is no runtime `{runtime}`. Known: {listed(self.runtimes)}.{meant}"
            self.report.error(manifest, (*place, "runtime"), stack_codes.UNKNOWN_RUNTIME, detail)
        drop = target.get("drop")
        entries = [str(entry) for entry in drop] if isinstance(drop, list) else []
        # The tools of an assistant with errors are not known, so none can be said to be missing.
        whole = not has_errors(self.report.diagnostics)
        for index, detail in unknown_drops(entries, desired, self.runtimes.get(runtime)):
            if entries[index].startswith("tools["):
                # The assistant with this tool may have been deleted on purpose, and `drop:`
                # outlived it. That is harmless, so it is a warning and no error.
                if whole:
                    self.report.warn(
                        manifest, (*place, "drop", index), stack_codes.IDLE_DROP, detail
                    )
                continue
            self.report.error(manifest, (*place, "drop", index), stack_codes.UNKNOWN_DROP, detail)

    def _unsupported(self, address: Address, path: str, code: Code, detail: str) -> None:
        self.report.add(code, detail, where(self.drafts, address, path))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
