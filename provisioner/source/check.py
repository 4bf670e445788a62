"""Validate every document against its schema: the step `check` of `read → check → resolve`."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from provisioner.kinds import KINDS
from provisioner.model.address import NAME, Address
from provisioner.model.codes import fleets as fleet_codes
from provisioner.model.codes import manifests as codes
from provisioner.model.codes import names as name_codes
from provisioner.model.kind import Kind
from provisioner.source import metadata_schema, stack_schema
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.metadata_schema import BORROWED, ID, can_be_borrowed
from provisioner.source.shapes import Shape
from provisioner.source.suggest import did_you_mean, one_of
from provisioner.source.syntax import begins_with_zero
from provisioner.source.wording import Complaint, shown, unknown_field

API_VERSION: Final = "provisioner/v1"
STACK: Final = "Stack"
BY_TITLE: Final[Mapping[str, Kind]] = {kind.title: kind for kind in KINDS.values()}
FOR_EACH: Final = "for_each"
_ENVELOPE: Final = ("apiVersion", "kind", "metadata", "spec")

# A Shape compiles its schema lazily and keeps the result, so there is one for each schema.
SPECS: Final[Mapping[str, Shape]] = {name: Shape(dict(kind.schema)) for name, kind in KINDS.items()}
_STACK_SPEC: Final = Shape(stack_schema.SPEC)
_STACK_METADATA: Final = Shape(stack_schema.METADATA)
_METADATA: Final = Shape(metadata_schema.RESOURCE_METADATA)
_TABLE: Final = Shape(stack_schema.FOR_EACH)
_BORROWED: Final = Shape(BORROWED)
_INLINED_METADATA: Final = Shape(metadata_schema.INLINED_METADATA)


def check(manifest: Manifest, report: Report) -> frozenset[Place] | None:
    """Report every problem of one document.

    Return the places below `spec` whose values cannot be used, or None if the document as a whole
    cannot be used.
    """
    if not _envelope(manifest, report):
        return None
    is_stack = manifest.data["kind"] == STACK
    metadata = _STACK_METADATA if is_stack else _metadata_of(manifest)
    report_all(manifest, ("metadata",), metadata.check(manifest.metadata), report)
    if is_stack:
        shape = _STACK_SPEC
        _stack_parts(manifest, report)
    elif _borrows(manifest):
        if others := [f"`{name}`" for name in manifest.spec if name != ID]:
            detail = (
                "`id` borrows an object that somebody else manages, so it must be the only field."
                f" The manifest also has {', '.join(others)}. Remove those fields; or remove `id`,"
                " to have an object created and managed here."
            )
            report.error(manifest, ("spec", ID), name_codes.BORROWED_WITH_FIELDS, detail, key=True)
            # Which schema the other fields were meant for is not known, so none is applied to them.
            return frozenset({(ID,)})
        shape = _BORROWED
    else:
        shape = SPECS[BY_TITLE[manifest.data["kind"]].name]
    # Only a Stack has to set its required fields itself. Other documents may take theirs from the
    # Stack's `defaults`, so `resolve` looks for missing ones.
    found = list(shape.check(manifest.spec, whole=is_stack))
    report_all(manifest, ("spec",), found, report)
    return frozenset(item.place for item in found)


def _borrows(manifest: Manifest) -> bool:
    return ID in manifest.spec and can_be_borrowed(BY_TITLE[manifest.data["kind"]])


def _metadata_of(manifest: Manifest) -> Shape:
    return _INLINED_METADATA if BY_TITLE[manifest.data["kind"]].inlined else _METADATA


def report_all(manifest: Manifest, base: Place, found: Iterable[Complaint], report: Report) -> None:
    """Report complaints about the value at the place `base` of a manifest, each at its own place below."""
    for item in found:
        place = (*base, *item.place)
        written = manifest.written(place) if item.value else ""
        if begins_with_zero(written):
            continue  # `read` has already reported it, and said how to quote it
        detail = item.detail
        # A schema complains about the value as it was read. The user is shown the text as it was
        # written: `yes` for a boolean, `1_000` for a number.
        for form in ('"{}"', "got {}."):
            detail = detail.replace(form.format(item.value), form.format(written or item.value))
        report.error(manifest, place, item.code, detail, key=item.at_key)


def address_of(manifest: Manifest) -> Address:
    """Return the address that a checked document declares.

    The name in the address is empty if the document has no valid name.
    """
    name = manifest.metadata.get("name")
    # A bad name is reported already. The rest of the document is still checked without it.
    name = name if isinstance(name, str) and NAME.fullmatch(name) else ""
    return Address(BY_TITLE[manifest.data["kind"]].name, name)


def _envelope(manifest: Manifest, report: Report) -> bool:
    """Report problems of the fields beside `spec`.

    Return true if the rest of the document can be checked.
    """
    data = manifest.data
    kind = BY_TITLE.get(str(data.get("kind")))
    repeats = kind is not None and kind.repeats
    for key in data:
        if key == FOR_EACH and kind and not repeats:
            detail = f"A {kind.title} is declared once: leave `{FOR_EACH}` out."
            report.error(manifest, (key,), fleet_codes.FOR_EACH_NOT_HERE, detail, key=True)
        elif key not in (*_ENVELOPE, *((FOR_EACH,) if repeats else ())):
            known = dict.fromkeys((*_ENVELOPE, FOR_EACH) if repeats else _ENVELOPE)
            found = unknown_field(key, known, _envelope_hints(data), ())
            report.error(manifest, found.place, found.code, found.detail, key=True)
    version = data.get("apiVersion")
    # Folders often hold YAML of Kubernetes or of a pipeline. One error is better than one a field.
    if _is_of_another_program(data):
        detail = (
            f"Got {shown(version)} and a kind that is unknown here; this program reads"
            f" `apiVersion: {API_VERSION}`. If another program reads this file, move it out of the"
            " folder (hidden folders are skipped)."
        )
        report.error(manifest, ("apiVersion",), codes.UNKNOWN_API_VERSION, detail)
        return False
    if version is None:
        report.error(manifest, (), codes.MISSING_FIELD, f"`apiVersion: {API_VERSION}` is missing.")
    elif version != API_VERSION:
        detail = f"This program reads `apiVersion: {API_VERSION}`.{_near(version, [API_VERSION])}"
        report.error(manifest, ("apiVersion",), codes.UNKNOWN_API_VERSION, detail)
    for key in ("metadata", "spec"):
        if key not in data:
            report.error(manifest, (), codes.MISSING_FIELD, f"`{key}` is missing.")
        elif not isinstance(data[key], dict):
            report.error(
                manifest,
                (key,),
                codes.WRONG_TYPE,
                f"`{key}` has to be a mapping of fields.",
                key=True,
            )
    return _for_each(manifest, report) and _kind(manifest, report)


def _is_of_another_program(data: Mapping[str, Any]) -> bool:
    """Return true if neither the `apiVersion` nor the `kind` of a document resembles one that we know."""
    version, title = data.get("apiVersion"), data.get("kind")
    titles = [STACK, *BY_TITLE]
    return not (
        version is None
        or title is None
        or version == API_VERSION
        or title in titles
        or _near(version, [API_VERSION])
        or _near(title, titles)
    )


def _for_each(manifest: Manifest, report: Report) -> bool:
    """Return true if `for_each` is absent or valid; else report the problem and return false."""
    settings = manifest.data.get(FOR_EACH)
    kind = BY_TITLE.get(str(manifest.data.get("kind")))
    if FOR_EACH not in manifest.data:
        return True
    if kind and not kind.repeats:
        return False
    if not isinstance(settings, dict):
        detail = "Write `for_each: {file: tenants.csv, key: COLUMN}`."
        report.error(manifest, (FOR_EACH,), codes.WRONG_TYPE, detail, key=True)
        return False
    found = list(_TABLE.check(settings))
    report_all(manifest, (FOR_EACH,), found, report)
    return not found


def _kind(manifest: Manifest, report: Report) -> bool:
    """Report a `kind` that is missing or unknown, and return true if it is known."""
    title, titles = manifest.data.get("kind"), [STACK, *BY_TITLE]
    if title is None:
        report.error(
            manifest, (), codes.MISSING_FIELD, f"`kind` is missing: write {one_of(titles)}."
        )
    elif title not in titles:
        detail = f"Got {shown(title)}, expected {one_of(titles)}.{_near(title, titles)}"
        report.error(manifest, ("kind",), codes.UNKNOWN_KIND, detail)
    return title in titles


def _envelope_hints(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return a hint for each field that belongs in `spec` and that somebody may write beside it."""
    kind = BY_TITLE.get(str(data.get("kind")))
    fields = kind.schema["properties"] if kind else stack_schema.SPEC["properties"]
    return dict.fromkeys(fields, "It belongs in `spec`.")


def _near(value: Any, known: list[str]) -> str:
    return did_you_mean(value, known) if isinstance(value, str) else ""


def _stack_parts(manifest: Manifest, report: Report) -> None:
    """Check the parts of a Stack that follow the schemas of kinds: its defaults, and every patch."""
    for place, kind, spec in _partial_specs(manifest.spec):
        # A patch is merged at every depth, so null and missing parts are right in it. Each field of
        # the defaults has to be complete.
        found = SPECS[kind].check(spec, whole=False, partial=place[0] != "defaults")
        report_all(manifest, ("spec", *place), found, report)


def _partial_specs(
    spec: Mapping[str, Any],
) -> Iterator[tuple[tuple[str | int, ...], str, Mapping[str, Any]]]:
    """Yield the place, the kind and the value of each incomplete spec in a Stack: defaults and patches."""
    for kind, part in _mapping(spec.get("defaults")).items():
        if kind in KINDS and isinstance(part, dict):
            yield ("defaults", kind), kind, part
    for name, environment in _mapping(spec.get("environments")).items():
        patches = _mapping(environment).get("patches")
        for index, patch in enumerate(patches if isinstance(patches, list) else ()):
            kind, part = str(_mapping(patch).get("address")).partition(".")[0], _mapping(patch)
            if kind in KINDS and isinstance(part.get("spec"), dict):
                place = ("environments", name, "patches", index, "spec")
                yield place, kind, part["spec"]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
