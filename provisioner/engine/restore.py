"""Turns the receipts of deleted objects into resources that create them again, as far as possible.

An object is created again as it was before it was deleted, with its address, with our mark, and
with a new id. Ids of other deleted objects in it become references to their addresses. No API
returns the content of an uploaded file, so a document is created again from the same file on disk,
or from the text that the server had extracted from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provisioner.engine.restored_documents import (
    OBJECT,
    PATH,
    SHA256,
    Kept,
    as_document,
    is_content,
    listed,
    remade,
    remote_document,
)
from provisioner.engine.restored_objects import CannotRestore, as_it_was
from provisioner.model import paths
from provisioner.model.address import Address
from provisioner.model.binding import Binding, is_upload
from provisioner.model.codes import restores as codes
from provisioner.model.diagnostic import Diagnostic, warning
from provisioner.model.frozen import frozen
from provisioner.model.kind import Kind
from provisioner.model.ledger import Receipt, ReceiptDocument
from provisioner.model.remote import RemoteDocument, RemoteObject
from provisioner.model.resource import Desired, Document, Lifecycle, Resource
from provisioner.model.value import Reference, RemoteId, Spec, same


@frozen
class Now:
    """The present state of a target.

    `objects` maps the address of each live object of ours to its id. `ids` are the ids of all live
    objects, those of others included.
    """

    kinds: Mapping[str, Kind]
    bindings: Mapping[str, Binding]
    desired: Desired
    objects: Mapping[Address, str]
    ids: Collection[str]


@frozen
class Restored:
    """The resources to create again, and a diagnostic about everything that differs from before.

    `texts` are the paths of files with extracted texts, each with the ids of its store and file.
    """

    resources: Desired = field(default_factory=dict)
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def restored(kept: Kept, now: Now) -> Restored:
    """Return the resources that create the deleted objects of a run again, as far as possible."""
    return _Restoring(kept, now).everything()


@dataclass(slots=True)
class _Restoring:
    """The receipts of one run, while resources are made of them."""

    kept: Kept
    now: Now
    found: dict[Address, tuple[Receipt, RemoteObject]] = field(default_factory=dict)
    ids: dict[str, Address] = field(default_factory=dict)
    files: dict[Address, Resource] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    told: list[Diagnostic] = field(default_factory=list)
    names: dict[str, Address] = field(default_factory=dict)

    def everything(self) -> Restored:
        self.names = {id: address for address, id in self.now.objects.items()}
        for receipt in self.kept.receipts:
            try:
                self._sorted_in(receipt)
            except CannotRestore as error:
                self._tell(receipt, f"{error}")
        # An object inside of one that cannot be created again cannot be created either.
        while gone := [a for a, (_, found) in self.found.items() if self._lacks_parent(found)]:
            for address in gone:
                receipt, _ = self.found.pop(address)
                self._tell(receipt, "the object that contained it no longer exists.")
        resources = dict(self.files)
        for address, (receipt, found) in self.found.items():
            resources[address] = self._resource(address, receipt, found)
        return Restored(resources, self.texts, tuple(self.told))

    def _sorted_in(self, receipt: Receipt) -> None:
        """Add the object of a receipt if it can be created again. Raises CannotRestore if not."""
        # The delete was recorded but never performed, so there is nothing to create.
        if receipt.id in self.now.ids:
            return
        if not receipt.address:
            self._sort_in_nobodys(receipt)
            return
        address = Address.parse(receipt.address)
        if address in self.now.objects:
            raise CannotRestore(f"at its address there is {self.now.objects[address]} now.")
        if address in self.found or address in self.files:
            raise CannotRestore(
                f"it was one of two objects of {address}; the other one is created again."
            )
        binding = self.now.bindings.get(receipt.kind)
        if binding is None:
            raise CannotRestore("objects of this kind cannot be created on this runtime.")
        if binding.is_upload:
            self.files[address] = self._file(address, receipt)
        else:
            declared = self.now.desired.get(address)
            self.found[address] = receipt, as_it_was(receipt, declared, binding)
        self.ids[receipt.id] = address

    def _sort_in_nobodys(self, receipt: Receipt) -> None:
        """Raise CannotRestore for an object without an address, unless it is a document of a store.

        Such a document is created again together with its store.
        """
        if not any(
            receipt.id == one.file_id for all in self.kept.documents.values() for one in all
        ):
            is_file = is_upload(receipt.kind, self.now.bindings)
            raise CannotRestore(_UPLOAD if is_file else _NOBODYS)

    def _lacks_parent(self, found: RemoteObject) -> bool:
        outer = self.now.bindings[found.kind].parent
        return bool(outer) and self._reference(RemoteId(outer, found.parent)) is None

    def _reference(self, id: RemoteId) -> Reference | RemoteId | None:
        """Return the reference to the object with this id, None if the object no longer exists."""
        again = self.ids.get(id.id)
        if again and (again in self.found or again in self.files):
            return Reference(again)
        if id.id not in self.now.ids:
            return None
        return Reference(self.names[id.id]) if id.id in self.names else id

    def _resource(self, address: Address, receipt: Receipt, found: RemoteObject) -> Resource:
        binding, lost = self.now.bindings[found.kind], list[str]()
        spec = dict(found.spec)
        if binding.parent:
            spec[binding.parent] = RemoteId(binding.parent, found.parent)
        spec = self._with_references(spec, (), address, lost)
        documents = self._documents(receipt, binding, lost)
        if binding.documents:
            rows = self.kept.documents.get(receipt.id, ())
            ours = [one.object for one in rows if remote_document(one, binding)]
            spec |= binding.documents.shown(ours)
        spec |= self._unshown(address, spec, found, lost)
        if lost:
            self.told.append(
                warning(
                    codes.RESTORED_IN_PART,
                    f"It is created again without {listed(lost)}.",
                    subject=str(address),
                )
            )
        # Values that the server sets by itself need not be declared.
        defaults = binding.fields.defaults
        spec = {
            name: value
            for name, value in spec.items()
            if name not in defaults or not same(value, defaults[name])
        }
        # No manifest may declare the object any more, so its protection is taken from its mark.
        protected = bool(found.mark and found.mark.protected)
        return Resource(address, spec, Lifecycle(prevent_destroy=protected), documents=documents)

    def _documents(
        self, receipt: Receipt, binding: Binding, lost: list[str]
    ) -> dict[str, Document]:
        """Return the documents of a store that can be created again, and add the names of others to `lost`."""
        documents: dict[str, Document] = {}
        for one in self.kept.documents.get(receipt.id, ()):
            if made := self._document(one, remote_document(one, binding)):
                documents[made.key] = made
            else:
                name = one.path or one.name or one.file_id
                lost.append(f"document {name} ({one.missing or _NOT_OURS})")
        return documents

    def _unshown(
        self, address: Address, spec: Spec, found: RemoteObject, lost: list[str]
    ) -> dict[str, Any]:
        """Return fields that we set and that no server returns, as the manifest has them.

        The names of those that no manifest has are added to `lost`.
        """
        declared = self.now.desired.get(address)
        shown: dict[str, Any] = {}
        for name in sorted(self.now.bindings[found.kind].fields.not_echoed - spec.keys()):
            if not (found.mark and found.mark.of(name)):
                continue
            if declared and name in declared.spec:
                shown[name] = declared.spec[name]
            else:
                lost.append(f"{name} (the server never returned it)")
        return shown

    def _with_references(
        self, value: Any, keys: tuple[str | int, ...], address: Address, lost: list[str]
    ) -> Any:
        """Return the value with references in place of ids.

        Ids of objects that no longer exist are left out, and their places are added to `lost`.
        """
        if isinstance(value, Mapping):
            kept = {}
            for key, item in value.items():
                inner = self._with_references(item, (*keys, key), address, lost)
                if inner is not _GONE:
                    kept[key] = inner
            return kept
        if isinstance(value, list | tuple):
            items = [
                self._with_references(item, (*keys, at), address, lost)
                for at, item in enumerate(value)
            ]
            return [item for item in items if item is not _GONE]
        if not isinstance(value, RemoteId):
            return value
        if (reference := self._reference(value)) is not None:
            return reference
        keyed = self.now.kinds[address.kind].keyed
        lost.append(
            f"{paths.render(keys, keyed)} ({value.kind} {value.id}, which no longer exists)"
        )
        return _GONE

    def _document(self, one: ReceiptDocument, remote: RemoteDocument | None) -> Document | None:
        """Return a document that can be uploaded again, None if its content is not available."""
        if remote is None:
            return None
        if remote.source and (remote.source in self.files or remote.source in self.now.objects):
            known = self.files.get(remote.source)
            file = next(iter(known.documents.values()), None) if known else None
            measures = file or Document(remote.path, remote.sha256, 0)
            return replace(measures, attributes=remote.attributes, source=remote.source)
        made = remade(self.kept, one, remote)
        if made is None:
            return None
        if made.text_of:
            self.texts[made.document.path] = made.text_of
        if not made.is_whole:
            self.told.append(warning(codes.RESTORED_FROM_TEXT, _FROM_TEXT, subject=remote.path))
        return made.document

    def _file(self, address: Address, receipt: Receipt) -> Resource:
        """Return the File of an upload whose content is on disk.

        Raises CannotRestore if it is not.
        """
        path = str(receipt.configuration.get(PATH, ""))
        there = self.kept.on_disk.get(path)
        if there is None or not is_content(there, str(receipt.configuration.get(SHA256, ""))):
            named = f" ({path})" if path else ""
            raise CannotRestore(f"{_UPLOAD} The file from which it was made{named} {_NOT_HERE}")
        document = as_document(path, there)
        return Resource(address, {}, documents={path: document})

    def _tell(self, receipt: Receipt, why: str) -> None:
        row = receipt.configuration.get(OBJECT)
        name = row.get("filename") or row.get("name") if isinstance(row, Mapping) else None
        called = receipt.address or f"{receipt.kind} {receipt.id}" + (f" {name!r}" if name else "")
        detail = why[:1].upper() + why[1:]
        self.told.append(warning(codes.NOT_RESTORED, detail, subject=called))


_GONE: Final = object()
_UPLOAD: Final = "no API returns the content of an uploaded file."
_NOT_HERE: Final = "is not on disk with the same content."
_NOBODYS: Final = (
    "it had no mark, and every object that provisioner creates gets ours. Its configuration is in "
    "`history RUN --format json`."
)
_NOT_OURS: Final = "somebody else attached it"
_FROM_TEXT: Final = (
    "The file on disk no longer has the content that it had. The text that the server had "
    "extracted is uploaded instead."
)
