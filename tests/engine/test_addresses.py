"""Addresses as people give them: whole, bare, by id; and what means nothing is refused."""

from collections.abc import Callable

import pytest

from provisioner.engine.addresses import resolve, resolved_overrides
from provisioner.engine.prepare import selected
from provisioner.model.address import Address
from provisioner.model.overrides import Overrides
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Resource

NAMES = ("assistant.helper", "vector_store.handbook", "assistant.both", "file.both")
ROWS = ("assistant.support[acme]", "assistant.support[bolt]")
DECLARED = {a: Resource(a, {}) for a in map(Address.parse, (*NAMES, *ROWS))}
ORPHAN = Address("assistant", "left-over")
LIVE = Live({ORPHAN: RemoteObject(ORPHAN.kind, "asst_1", "Left over", {})})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("assistant.helper", "assistant.helper"),
        ("assistant.unheard-of", "assistant.unheard-of"),
        ("handbook", "vector_store.handbook"),
        ("left-over", "assistant.left-over"),
        ("asst_1", "assistant.left-over"),
        ("support[acme]", "assistant.support[acme]"),
    ],
)
def test_a_bare_name_means_the_one_address_that_has_it(given: str, meant: str) -> None:
    assert str(resolve(Address.given(given), DECLARED, LIVE)) == meant


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("both", "both may be assistant.both or file.both. Write the kind before the name."),
        (
            "handbok",
            "no resource with that name or id is declared, and no live object of ours has it. Did you mean `vector_",
        ),
        (
            "support",
            "a manifest with `for_each` declares it once for each row of its table. Write assistant.support[*] for all",
        ),
        (
            "asst_unknown",
            "no resource with that name or id is declared, and no live object of ours has it.",
        ),
    ],
)
def test_what_means_nothing_or_several_things_is_refused(given: str, said: str) -> None:
    with pytest.raises(ValueError, match="^" + given) as refused:
        resolve(Address.given(given), DECLARED, LIVE)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("option", "made"),
    [
        ("--unprotect", lambda given: Overrides(unprotect=given)),
        ("--new-object", lambda given: Overrides(new_objects=given)),
        ("--replace", lambda given: Overrides(replace=given)),
    ],
)
def test_an_address_of_an_option_that_matches_nothing_is_refused(
    option: str, made: Callable[[list[Address]], Overrides]
) -> None:
    def whole(text: str) -> list[str]:
        found = resolved_overrides(made([Address.given(text)]), DECLARED, LIVE)
        return [str(one) for one in (*found.unprotect, *found.new_objects, *found.replace)]

    assert whole("handbook") == ["vector_store.handbook"]
    assert whole("assistant.*") == ["assistant.*"]
    assert whole("assistant.left-over") == ["assistant.left-over"]
    for text in ("assistant.helpr", "helpr"):
        told = f"^{option} {text} matches nothing: .*`assistant.helper`"
        with pytest.raises(ValueError, match=told):
            whole(text)
    with pytest.raises(ValueError, match=f"^{option} both may be"):
        whole("both")


def test_terms_of_a_selection_may_be_bare() -> None:
    def chosen(*terms: str) -> set[Address]:
        return set(selected(terms, DECLARED, LIVE) or ())

    helper, book = Address("assistant", "helper"), Address("vector_store", "handbook")
    assert chosen("helper", "handbook") == {helper, book}
    left = chosen("!left-over", "!assistant.support[*]", "!assistant.both")
    assert left == {helper, book, Address("file", "both")}
    for term in ("!handbok", "handbok"):
        with pytest.raises(ValueError, match=r"^--(select|exclude) handbok matches nothing"):
            chosen(term)
