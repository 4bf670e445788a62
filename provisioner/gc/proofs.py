"""Writes the sentences that prove a condition. Each contains only facts that were read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from provisioner.gc.graph import Thing
from provisioner.model.address import Address
from provisioner.model.diagnostic import Diagnostic
from provisioner.model.leaks import Condition

MOST: Final = 3
"""The largest number of users that a sentence lists."""
RETAINED: Final = (
    "It was replaced a short time ago, or a kept release refers to it, so running applications "
    "may use it."
)
OLD_CANDIDATE: Final = (
    "Its mark says that a test made it as a candidate beside this stack, more than a day ago, "
    "and nothing that can be listed refers to it."
)
OLD_CANDIDATE_FILE: Final = (
    "The mark in its name says that a test uploaded it for a candidate beside this stack, more "
    "than a day ago, and nothing that can be listed refers to it."
)
HELD: Final = "A kept release, or an object without an id, refers to it."
HELD_BY_THREADS: Final = (
    "Nothing that can be listed refers to it, but a message of a thread may, and no API lists "
    "threads. If applications registered their threads (provisioner.track), gc could see whether "
    "one of them refers to it."
)


def declared(address: Address | None) -> str:
    return (
        f"A manifest declares it as {address}." if address else "A manifest refers to it by its id."
    )


def elsewhere(owner: str) -> str:
    return f"It has the mark of {owner}."


def called(noun: str) -> str:
    return (
        f"Applications call {_a(noun)} by its id, and no API lists these applications, so it "
        "counts as in use."
    )


def idle(thing: Thing) -> str:
    return (
        f"Its status is {thing.row.get('status')}. Applications call {_a(thing.noun)} by its id, "
        "and no API lists these applications, so only its age and its metadata suggest if it is "
        "still needed."
    )


def in_use(thing: Thing, users: Sequence[Thing]) -> str:
    ends = "It has expired, but " if thing.listable.has_expired(thing.row) else ""
    said = f"{_some(users)} {'refers' if len(users) == 1 else 'refer'} to it."
    return f"{ends}{said}"


def unread(why: Diagnostic) -> str:
    return (
        f"A list of objects that may refer to it could not be read ({why.code.name}), so it is "
        "not known if it is in use."
    )


def superseded(address: Address | None) -> str:
    return f"It has our mark with {address}, and another object is the current one of that address."


def orphan(address: Address | None) -> str:
    return f"It has our mark with {address}, and no manifest declares that address."


def retired(end: float) -> str:
    return f"An application registered it, and its time to live ended at {_moment(end)}."


def expired(thing: Thing) -> str:
    at = thing.row.get("expires_at") or thing.row.get("expired_at")
    when = f" at {_moment(float(at))}" if isinstance(at, int | float) else ""
    return f"The server reports that it expired{when}, and {_nobody(thing)}"


def failed(thing: Thing) -> str:
    return f"The server reports its status as {thing.row.get('status')}, and {_nobody(thing)}"


def empty(noun: str) -> str:
    return (
        "The server reports that it contains no file, and nothing that can be listed refers to "
        f"this {_word(noun)}."
    )


def ended(thing: Thing) -> str:
    return (
        f"It is the record of {_a(thing.noun)} that has ended ({thing.row.get('status')}). The "
        "objects to which it refers are not in use because of it."
    )


def dangling(thing: Thing) -> str:
    return f"{_nobody(thing).capitalize()}"


def ours_unused(whence: str) -> str:
    return f"It is ours, because {whence}, and nothing that can be listed refers to it."


def unanswered(sent: str) -> str:
    return f"Nothing that can be listed refers to it, and its name and size are those of {sent}."


def held_by_id(purpose: str) -> str:
    return (
        "Nothing that can be listed refers to it, but an application may have the id of a file "
        f"with purpose {purpose}. gc knows more about a file only if the ledger has its id, or an "
        "object that is listed refers to it."
    )


def output(purpose: str, users: Sequence[Thing]) -> str:
    by = f" for {_some(users)}" if users else ""
    return (
        f"The API made it{by} as the output of a run (purpose {purpose}), and nothing else refers "
        "to it."
    )


def left_with(user: Thing, condition: Condition) -> str:
    if user.listable.is_over(user.row):
        return (
            f"Only {user} refers to it, and that {user.noun} has ended ({user.row.get('status')})."
        )
    return f"Only {user} refers to it, and that {user.noun} is {condition.value} itself."


def _nobody(thing: Thing) -> str:
    word = "no assistant, agent, store, batch or release" if thing.listable.is_file else "nothing"
    return f"{word} that can be listed refers to it."


def _some(users: Sequence[Thing]) -> str:
    rest = len(users) - MOST
    texts = [str(user) for user in users[:MOST]] + ([f"{rest} more"] if rest > 0 else [])
    return ", ".join(texts[:-1]) + f" and {texts[-1]}" if texts[1:] else texts[0]


def _word(noun: str) -> str:
    return noun.replace("_", " ")


def _a(noun: str) -> str:
    word = _word(noun)
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"
