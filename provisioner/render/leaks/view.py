"""Turn a survey into the groups and sums that every format for people shows."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from provisioner.model.diagnostic import Diagnostic
from provisioner.model.frozen import frozen
from provisioner.model.leaks import Condition, Judgement, Survey, has_metadata

ORDER: Final = (
    Condition.DANGLING,
    Condition.EXPIRED,
    Condition.EMPTY,
    Condition.FAILED,
    Condition.ORPHAN,
    Condition.SUPERSEDED,
    Condition.UNANSWERED,
    Condition.OUTPUT,
    Condition.UNKNOWABLE,
    Condition.IDLE,
    Condition.IN_USE,
    Condition.DECLARED,
)
"""The conditions in the order in which they are shown. Objects that are needed come last."""
QUIET: Final = frozenset({Condition.DECLARED, Condition.IN_USE, Condition.IDLE})
"""Conditions whose objects are only counted, unless they are asked for or everything is shown."""


@frozen
class LeakGroup:
    """The objects of one condition: the most expensive first, then the least recently used."""

    condition: Condition
    objects: tuple[Judgement, ...]

    @property
    def price_per_day(self) -> float:
        """The charge for all objects of the group, in US dollars a day."""
        return sum(one.price_per_day or 0.0 for one in self.objects)

    @property
    def bytes(self) -> int:
        """The size of all objects of the group, as far as it is known."""
        return sum(one.bytes or 0 for one in self.objects)


@frozen
class LeaksView:
    """A survey in the form in which it is shown.

    `groups` has every condition that occurs. Objects of the conditions in `quiet` are only counted.
    `bill` is the daily charge of all objects, and `leaked` that of the leaks among them, in US
    dollars by the prices of the date `prices_of`. `is_narrowed` is true if only some objects were
    asked for.
    """

    groups: tuple[LeakGroup, ...]
    diagnostics: tuple[Diagnostic, ...]
    taken_at: float
    prices_of: str
    host: str
    project: str
    owner: str
    bill: float
    leaked: float
    quiet: frozenset[Condition] = QUIET
    is_narrowed: bool = False

    @property
    def objects(self) -> tuple[Judgement, ...]:
        """All objects of the view, group after group."""
        return tuple(one for group in self.groups for one in group.objects)

    @property
    def counts(self) -> dict[Condition, int]:
        """The number of objects, by condition."""
        return {group.condition: len(group.objects) for group in self.groups}


def view_of_survey(
    survey: Survey,
    *,
    conditions: Collection[Condition] = (),
    older_than: float | None = None,
    metadata: Mapping[str, str] = {},
) -> LeaksView:
    """Return the view of a survey.

    It has all objects, or only those with one of the conditions, an age of at least `older_than`
    seconds, and these values in their metadata.
    """
    chosen = [
        one
        for one in survey.objects
        if (not conditions or one.condition in conditions) and is_old(one, survey, older_than)
        if has_metadata(one, metadata)
    ]
    groups = (LeakGroup(each, _sorted(chosen, each)) for each in ORDER)
    return LeaksView(
        tuple(group for group in groups if group.objects),
        survey.diagnostics,
        survey.taken_at,
        survey.prices_of,
        survey.host,
        survey.project,
        survey.owner,
        bill=_cost(survey.objects),
        leaked=_cost(one for one in survey.objects if one.condition.is_leak),
        quiet=QUIET - set(conditions),
        is_narrowed=bool(conditions or metadata or older_than is not None),
    )


def is_old(one: Judgement, survey: Survey, older_than: float | None) -> bool:
    """Return true for an object that was last used at least `older_than` seconds ago.

    If `older_than` is None, every object counts as old. Otherwise, an object whose last use is not
    known does not.
    """
    if older_than is None:
        return True
    return one.active_at is not None and survey.taken_at - one.active_at >= older_than


def pending(view: LeaksView) -> int:
    """Return the number of shown objects that are leaks and may be deleted."""
    return sum(one.condition.is_leak and one.deletable for one in view.objects)


def _sorted(objects: Iterable[Judgement], condition: Condition) -> tuple[Judgement, ...]:
    """Return the objects of one condition: the most expensive first, then the least recently used."""
    found = [one for one in objects if one.condition is condition]
    return tuple(
        # The id comes last, so that equal objects have one order in every run.
        sorted(found, key=lambda one: (-(one.price_per_day or 0.0), one.active_at or 0.0, one.id))
    )


def _cost(objects: Iterable[Judgement]) -> float:
    """Return the daily charge of objects, in US dollars. Objects without a known charge count as 0."""
    return sum(one.price_per_day or 0.0 for one in objects)


def kinds_told(objects: Iterable[Judgement]) -> str:
    """Return the numbers of objects by kind, such as `3 files, 1 vector store`."""
    counts = Counter(one.kind for one in objects)
    return ", ".join(
        f"{count:,} {kind.replace('_', ' ')}{'' if count == 1 else 's'}"
        for kind, count in counts.items()
        # `batch` is the only kind whose plural takes more than an s.
    ).replace("batchs", "batches")
