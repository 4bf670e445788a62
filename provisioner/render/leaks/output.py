"""The JSON document that `gc` prints, declared once (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from provisioner.model.leaks import Condition, Whose
from provisioner.render.json_schema import Keys, one_of
from provisioner.render.output import Count, Diagnostics, Version


class LeakDocument(TypedDict):
    id: str
    kind: Annotated[str, "Such as vector_store: the noun of one object of its collection."]
    name: Annotated[str, "The name or the file name; empty where it has none."]
    whose: Annotated[str, one_of(Whose)]
    owner: Annotated[str | None, "The other owner whose mark it carries; null where there is none."]
    address: Annotated[str | None, "The address of an object of ours; null for all others."]
    condition: Annotated[str, one_of(Condition)]
    proof: Annotated[str, "One sentence that says from what the condition follows."]
    users: Annotated[list[str], "Objects that name it, as `kind id`; of one in use the first ones."]
    deletable: Annotated[bool, "True if gc may delete the object."]
    bytes: Annotated[int | None, "The size in bytes. Null if the server does not return it."]
    created_at: Annotated[float | None, "In unix seconds. Null if the server does not return it."]
    last_active_at: Annotated[
        float | None, "In unix seconds. Null if the server does not return it."
    ]
    price_per_day: Annotated[float | None, "In US dollars. Null if no charge is known."]


class LeaksSummary(TypedDict):
    objects: Count
    leaks: Annotated[Count, "Objects that nothing needs, as far as can be read."]
    deletable: Annotated[Count, "Those of the leaks that gc may delete."]
    conditions: Annotated[Mapping[str, Count], Keys({one.value: Count for one in Condition})]
    bytes: Annotated[Count, "Of all objects shown, as far as the server says it."]
    price_per_day: Annotated[float, "The bill of the whole account, in US dollars."]
    leaks_price_per_day: Annotated[float, "The part of that bill that leaks cause."]


class LeaksDocument(TypedDict):
    """The survey of an account, as `provisioner gc --format json` prints it."""

    format_version: Version
    host: Annotated[str, "The address of the account. Empty if it is unknown."]
    project: Annotated[str, "The project at that host; empty where there is none."]
    owner: Annotated[str | None, "The owner that is `this stack`; null where there is no Stack."]
    taken_at: Annotated[float, "The moment at which the reading began, in unix seconds."]
    prices_of: Annotated[str, "The day of the table of prices, YYYY-MM-DD."]
    summary: LeaksSummary
    objects: list[LeakDocument]
    diagnostics: Diagnostics
