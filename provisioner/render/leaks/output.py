"""Declare the JSON document that `gc` prints (see `render.output`)."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from provisioner.model.leaks import Condition, Whose
from provisioner.render.json_schema import Keys, one_of
from provisioner.render.output import Count, Diagnostics, Version


class LeakDocument(TypedDict):
    """One object of an account, and how `gc` judges it."""

    id: str
    kind: Annotated[str, "The kind of the object, such as vector_store."]
    name: Annotated[str, "The name or the file name of the object. Empty if it has none."]
    whose: Annotated[str, one_of(Whose)]
    owner: Annotated[
        str | None, "The other owner whose mark the object carries. Null if there is none."
    ]
    address: Annotated[str | None, "The address of an object of ours. Null for all others."]
    condition: Annotated[str, one_of(Condition)]
    proof: Annotated[str, "One sentence that says why the object has this condition."]
    users: Annotated[
        list[str],
        "Objects that refer to it, as `kind id`. For an object in use, only the first ones.",
    ]
    deletable: Annotated[bool, "True if gc may delete the object."]
    bytes: Annotated[int | None, "The size in bytes. Null if the server does not return it."]
    created_at: Annotated[float | None, "In unix seconds. Null if the server does not return it."]
    last_active_at: Annotated[
        float | None, "In unix seconds. Null if the server does not return it."
    ]
    price_per_day: Annotated[float | None, "In US dollars. Null if no charge is known."]


class LeaksSummary(TypedDict):
    """The sums over all objects shown."""

    objects: Count
    leaks: Annotated[Count, "The number of objects that nothing needs, as far as can be read."]
    deletable: Annotated[Count, "The number of leaks that gc may delete."]
    conditions: Annotated[Mapping[str, Count], Keys({one.value: Count for one in Condition})]
    bytes: Annotated[Count, "The size of all objects shown, as far as the server returns it."]
    price_per_day: Annotated[float, "The daily charge of the whole account, in US dollars."]
    leaks_price_per_day: Annotated[
        float, "The part of that charge that leaks cause, in US dollars."
    ]


class LeaksDocument(TypedDict):
    """The survey of an account, as `provisioner gc --format json` prints it."""

    format_version: Version
    host: Annotated[str, "The address of the account. Empty if it is unknown."]
    project: Annotated[str, "The project at that host. Empty if there is none."]
    owner: Annotated[
        str | None, "The owner that counts as `this stack`. Null if there is no Stack."
    ]
    taken_at: Annotated[float, "The time at which reading began, in unix seconds."]
    prices_of: Annotated[str, "The date of the table of prices, YYYY-MM-DD."]
    summary: LeaksSummary
    objects: list[LeakDocument]
    diagnostics: Diagnostics
