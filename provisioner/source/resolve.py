"""Turn checked documents into resources in normal form: the step `resolve`, whose result is desired.

Each step continues after a problem, so that one run reports every problem: an error in one field
does not hide errors in others.
"""

import graphlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.address import Address
from provisioner.model.code import Code
from provisioner.model.codes import manifests as codes
from provisioner.model.resource import Resource
from provisioner.model.value import (
    MissingSecret,
    Sensitive,
    is_sensitive,
    revealed,
    walk,
)
from provisioner.source.borrowed import borrowed, is_borrowed
from provisioner.source.check import SPECS
from provisioner.source.checks import checks_of
from provisioner.source.columns import row_texts, sharing, typed
from provisioner.source.contents import Contents
from provisioner.source.documents import documents
from provisioner.source.draft import Draft
from provisioner.source.formerly import check_former, former_addresses
from provisioner.source.layers import begins, rewrite
from provisioner.source.lifecycle import lifecycle_of
from provisioner.source.loading import FREE_TEXT, LOADED, TEXTS, Load, Read
from provisioner.source.manifest import Place
from provisioner.source.references import Names, Refer, cycles
from provisioner.source.variables import Unknown, Variables, fill, takes_row
from provisioner.source.wording import Complaint, missing_field

_ORDER: Final = tuple(
    graphlib.TopologicalSorter(
        {name: {*kind.references.values()} - {name} for name, kind in KINDS.items()}
    ).static_order()
)
"""The names of all kinds, ordered so that each comes after the kinds that it refers to."""


@dataclass
class Resolver:
    """Resolves the drafts of a folder into resources.

    `twins` are drafts with a duplicate name, which are checked only. `broken` are texts of files
    that could not be parsed. `left_out` are the addresses that the environment leaves out.
    """

    drafts: Mapping[Address, Draft]
    twins: Sequence[Draft]
    variables: Variables
    contents: Contents
    broken: Sequence[str]
    left_out: frozenset[Address] = frozenset()
    unread: Mapping[str, Collection[str]] = field(default_factory=dict)
    """By kind, the names of manifests whose tables could not be read."""
    referred: dict[Address, set[Address]] = field(default_factory=dict)
    """The addresses that each resource refers to."""
    borrowed: dict[Address, Resource] = field(default_factory=dict)
    """Resources whose objects belong to somebody else. Their spec has only `id`."""

    def desired(self) -> dict[Address, Resource]:
        """Return every resource without errors, sorted by address. Problems are reported."""
        by_kind = {
            name: [d for d in self.drafts.values() if d.address.kind == name] for name in _ORDER
        }
        resources: dict[Address, Resource] = {}
        for name in _ORDER:
            # A Function is resolved before the assistants that get a copy of it.
            lent = [draft for draft in by_kind[name] if is_borrowed(draft.kind, draft.manifest)]
            for draft in lent:
                if resource := borrowed(draft, self.variables.text):
                    self.borrowed[draft.address] = resource
            for draft in (draft for draft in by_kind[name] if draft not in lent):
                resource = self._resolve(draft)
                if resource and not draft.kind.inlined:
                    resources[draft.address] = resource
        for twin in self.twins:
            self._resolve(twin)
        self._unused()
        self._circles()
        check_former(self.drafts, self.left_out)
        return dict(sorted(sharing(resources).items()))

    def _resolve(self, draft: Draft) -> Resource | None:
        """Run every step on one draft. Return its resource, or None if it has an error."""
        draft.spec = draft.layers.merged()
        # The order matters: variables may stand in file names, files may hold references, and only
        # a complete spec can be checked.
        self._fill(draft)
        self._read(draft)
        self._check_changed(draft)
        self._refer(draft)
        self._load(draft)
        self._documents(draft)
        lifecycle = lifecycle_of(draft)
        checks = checks_of(draft)
        self._check(draft)
        if draft.failed:
            return None
        if "name" in draft.kind.schema["properties"]:
            # The name of an address is always a valid name, so it needs no check.
            draft.spec.setdefault("name", draft.address.name)
        # A plan shows documents as `files[PATH]`, so the entries that named them leave the spec.
        uploads = {p.partition("[")[0] for p, f in draft.kind.contents.items() if f == "document"}
        # People read a spec in the order of its schema, also where defaults and patches added
        # fields.
        fields = [key for key in draft.kind.schema["properties"] if key in draft.spec]
        spec = {key: draft.spec[key] for key in fields if key not in uploads}
        return Resource(
            draft.address,
            draft.kind.normalise(spec),
            lifecycle,
            labels=self._labels(draft),
            documents=draft.documents,
            origin=draft.manifest.start,
            parts=draft.parts,
            row=row_texts(draft),
            formerly=former_addresses(draft),
            checks=checks,
        )

    def _labels(self, draft: Draft) -> dict[str, str]:
        """Return the labels of a resource. In a fleet, values of the row are filled in."""
        labels: dict[str, Any] = draft.manifest.metadata.get("labels") or {}
        if not draft.row:
            return labels

        def complain(name: str, code: Code, detail: str) -> None:
            draft.report.error(draft.manifest, ("metadata", "labels", name), code, detail)

        found = {}
        for name, value in labels.items():
            # The problem is reported. A label is sent to no server, so the resource stays usable.
            with suppress(Unknown):
                found[name] = str(
                    self.variables.text(value, partial(complain, name), row=draft.column)
                )
        return found

    def _fill(self, draft: Draft) -> None:
        """Replace the variables in a draft's spec."""
        row = draft.column if draft.row else None

        def text(value: str, place: Place) -> Any:
            try:
                filled = self.variables.text(
                    value, lambda *said: draft.error(place, *said), row=row
                )
            except Unknown:
                draft.spoil(place)
                return value
            if row and takes_row(value):
                draft.filled.add(place)
            return filled

        draft.spec = {key: fill(value, text, (key,)) for key, value in draft.spec.items()}

    def _read(self, draft: Draft) -> None:
        """Replace each `{file: PATH}` in a draft's spec by the content of the file."""
        for pattern, form in draft.kind.contents.items():
            if form in TEXTS and begins(pattern, draft.spec):
                change = Read(draft, self.contents, form, self.variables)
                draft.spec = rewrite(draft.spec, pattern, change)

    def _check_changed(self, draft: Draft) -> None:
        """Check again the fields whose values came from variables, files, defaults or patches."""
        shape, own = SPECS[draft.kind.name], draft.layers.own.data
        if draft.row:
            typed(draft, shape)
        for key, value in draft.spec.items():
            if value is own.get(key) or key not in shape.schema["properties"]:
                continue  # `check` has already judged the value in the manifest
            secret = is_sensitive(value)
            if secret and key == "name":  # Lists and messages show names.
                draft.error((key,), codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
                continue
            # A field that takes only certain texts is shown in plans and paths, so it must not hold
            # a secret. The secret is replaced by NUL here, which only such a field refuses.
            veiled = shape.field(key, walk(value, _veiled)) if secret else ()
            closed = {found.place for found in veiled}
            for place in sorted(closed, key=str):
                draft.error(place, codes.SENSITIVE_NOT_ALLOWED, FREE_TEXT)
            for found in shape.field(key, revealed(value), secret=secret):
                if found.place not in closed:
                    draft.error(found.place, found.code, found.detail, at_key=found.at_key)
        for key in shape.schema.get("required", ()):
            if key not in draft.spec:
                _missing(draft, missing_field(key, shape.schema["properties"][key], ()))

    def _refer(self, draft: Draft) -> None:
        """Replace names of other resources in a draft's spec by References."""
        names = Names(
            self.drafts, self.broken, self.left_out, self.unread, self.referred, self.borrowed
        )
        for pattern, kind in draft.kind.references.items():
            if begins(pattern, draft.spec):
                draft.spec = rewrite(draft.spec, pattern, Refer(names, draft, kind))

    def _load(self, draft: Draft) -> None:
        """Replace paths of files and folders, and names of secrets, in a draft's spec by their content."""
        for pattern, form in draft.kind.contents.items():
            if form in LOADED and begins(pattern, draft.spec):
                draft.spec = rewrite(draft.spec, pattern, Load(draft, self.contents, form))
        for pattern in draft.kind.secrets:
            draft.spec = rewrite(draft.spec, pattern, self._secret)

    def _secret(self, name: Any, _place: Place) -> Any:
        """Return the secret in an environment variable, or MissingSecret if it is empty or not set."""
        if not isinstance(name, str):
            return name
        value = self.variables.environ.get(name)
        # Pipelines set a variable to an empty text where its secret is missing.
        return Sensitive(value, name) if value else MissingSecret(name)

    def _documents(self, draft: Draft) -> None:
        """Find the documents that a draft's `files` name."""
        for pattern, form in draft.kind.contents.items():
            if form == "document":
                draft.documents = documents(draft, pattern, self.contents, self.drafts)

    def _check(self, draft: Draft) -> None:
        """Report the problems that the `check` of the kind finds, which no schema can express."""
        # Items with errors are left out, so the places of those after them are mapped back.
        usable, places = draft.usable()
        for problem in [*draft.kind.check(usable)]:
            if draft.is_bad(problem.needs):
                continue
            head = places.get(problem.path[:2], problem.path[:2])
            place = (*head, *problem.path[2:])
            if problem.is_warning:
                draft.warn(place, problem.code, problem.detail)
            else:
                draft.error(place, problem.code, problem.detail)

    def _circles(self) -> None:
        """Report a circle of references, if there is one."""
        for circle in cycles(self.referred):
            detail = (
                f"{' → '.join(map(str, circle))}: each refers to the next, so none of them can be"
                " created first. Remove one of these references."
            )
            draft = self.drafts[circle[0]]
            draft.report.add(codes.CIRCULAR_REFERENCES, detail, draft.manifest.start)

    def _unused(self) -> None:
        """Warn about functions and files that no resource refers to."""
        if self.unread:
            return  # rows of a table that could not be read may refer to anything
        used = set().union(*self.referred.values())
        # A reference to one row counts for every row of its table.
        used |= {replace(address, name=address.base) for address in used}
        for address, draft in self.drafts.items():
            if address in used or replace(address, name=address.base) in used:
                continue
            if draft.kind.inlined:
                detail = f"No assistant refers to `{address.name}`, so it is not sent anywhere."
                draft.report.warn(
                    draft.manifest, ("metadata", "name"), codes.UNUSED_FUNCTION, detail
                )
            # An upload without a referrer could not be recognised later, since files have no
            # metadata.
            elif draft.kind.is_file and address not in self.borrowed:
                detail = (
                    f"Nothing refers to `{address.name}`, and a file is uploaded only when"
                    " something refers to it."
                )
                draft.report.warn(draft.manifest, ("metadata", "name"), codes.UNUSED_FILE, detail)


def _veiled(leaf: Any) -> Any:
    """Return NUL in place of a secret, and any other value unchanged.

    A schema with a choice or a pattern refuses NUL. So a field that complains about it is one that
    must not hold a secret.
    """
    return "\0" if isinstance(leaf, Sensitive) else leaf


def _missing(draft: Draft, found: Complaint) -> None:
    """Report a required field that neither the manifest nor a default sets."""
    draft.report.error(draft.manifest, ("spec",), found.code, found.detail, key=True)
    draft.failed = True
