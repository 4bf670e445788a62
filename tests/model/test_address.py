"""Addresses: read and printed, bare or whole, and what a term with a star means."""

import pytest

from provisioner.model.address import Address

SUPPORT = Address("assistant", "support[acme]")


def test_a_row_of_a_table_has_a_base_and_a_key() -> None:
    assert (SUPPORT.base, SUPPORT.key) == ("support", "acme")
    assert SUPPORT.row("beta") == Address("assistant", "support[beta]")
    assert Address("assistant", "qa").key == ""


@pytest.mark.parametrize(
    ("term", "meant"),
    [
        (SUPPORT, True),
        (Address("assistant", "*"), True),
        (Address("assistant", "support[*]"), True),
        (Address("assistant", "other[*]"), False),
        (Address("file", "*"), False),
    ],
)
def test_a_term_means_an_address_a_kind_or_the_rows_of_a_table(term: Address, meant: bool) -> None:
    assert SUPPORT.is_meant_by(term) is meant


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("assistant.qa", Address("assistant", "qa")),
        ("qa", Address("", "qa")),
        ("asst_1", Address("", "asst_1")),
    ],
)
def test_an_address_may_be_given_bare(text: str, address: Address) -> None:
    assert Address.given(text) == address
    assert str(address) == text
    assert address.is_bare is ("." not in text)


@pytest.mark.parametrize("text", [".", "assistant.", ".qa", "a b"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        Address.given(text)
