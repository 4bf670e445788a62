"""The secret parts of a live text are found by the mark, and by the secrets of the manifests."""

from typing import Any

import pytest

from provisioner.engine.secrets import NO_SECRET, with_secrets
from provisioner.engine.tracked_fields import TrackedField
from provisioner.model.mark import Applied
from provisioner.model.value import Sensitive, Spans, digest

NIGHT = "Call 555-0199 at night."
SPANS = ((5, 13),)


def secret(text: str = NIGHT, spans: Spans = SPANS) -> Sensitive:
    return Sensitive(text, spans=spans)


def applied(text: str = NIGHT, *, sensitive: bool = True, spans: Spans = SPANS) -> Applied:
    return Applied(digest(text), digest(text), sensitive, spans=spans)


def found(live: Any, desired: Any, before: Applied | None) -> Any:
    """The secret parts that are known of a live value; None where it comes back as it was."""
    there = with_secrets(TrackedField("instructions", ("instructions",), live, desired, before))
    return there.secrets if isinstance(there, Sensitive) and there.spans != NO_SECRET else there


@pytest.mark.parametrize(
    ("live", "desired", "before", "expected"),
    [
        # As it was applied: the mark says where, whatever the manifest has become.
        (NIGHT, secret("Call 555-0100 at night."), applied(), ("555-0199",)),
        (NIGHT, secret("Never. 555-0100", ((7, 15),)), applied(), ("555-0199",)),
        (NIGHT, "Do not call.", applied(), ("555-0199",)),
        # The secret of today stands at another place of it too.
        ("555-0199 555-0199", secret(), applied("555-0199 555-0199", spans=((0, 8),)), ("555-0199",) * 2),
        # Edited by hand: the secret of today is found where it stands now.
        ("Now! Call 555-0199.", secret(), applied(), ("555-0199",)),
        # Nothing was ever applied by us, and it stands there in clear.
        ("Call 555-0199.", secret(), None, ("555-0199",)),
    ],
)  # fmt: skip
def test_the_secret_parts_of_a_live_text_are_known(
    live: str, desired: Any, before: Applied | None, expected: tuple[str, ...]
) -> None:
    assert found(live, desired, before) == expected


@pytest.mark.parametrize(
    ("live", "desired", "before"),
    [
        # Edited by hand, and another secret than today's.
        ("Call 555-0100.", secret(), applied()),
        # Two secrets were applied, and only one of them is known today.
        ("Call 555-0199, code hunter2.", secret(), applied("x", spans=((0, 1), (3, 4)))),
        # It became a variable before it was rotated, and nothing was applied in between.
        (NIGHT, secret("Call 555-0100 at night."), applied(sensitive=False, spans=())),
        # The mark does not say where.
        (NIGHT, secret("Call 555-0100 at night."), applied(spans=())),
        # The mark was written by somebody else.
        (NIGHT, secret(), applied(spans=((9, 3),))),
        (NIGHT, secret(), applied(spans=((5, 1300),))),
        # Too short to be told from other words.
        ("Call ab, about.", secret("Call ab.", ((5, 7),)), None),
    ],
)
def test_where_a_secret_may_stand_that_nobody_knows_nothing_is_said(
    live: str, desired: Any, before: Applied | None
) -> None:
    assert found(live, desired, before) == live


@pytest.mark.parametrize(
    ("live", "desired"), [("plain", "other"), (3, secret()), ({"a": "b"}, secret())]
)
def test_what_is_no_text_and_what_has_no_secret_stays_as_it_is(live: Any, desired: Any) -> None:
    assert found(live, desired, None) is live


def test_a_text_without_a_secret_is_known_to_have_none() -> None:
    there = with_secrets(
        TrackedField("instructions", ("instructions",), "Call us.", secret("Call .", ((5, 5),)))
    )

    assert isinstance(there, Sensitive)
    assert there.spans == NO_SECRET
