import pytest

from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.render.tables import env_lines, table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("assistant.a", "asst_1", 3), ("vector_store.lib", "vs\x1b_2", "")]
    assert table(rows, ("ADDRESS", "ID", "N")).split("\n") == [
        "ADDRESS           ID      N",
        "assistant.a       asst_1  3",
        "vector_store.lib  vs␛_2",
    ]


def test_a_table_without_rows_is_its_headers() -> None:
    assert table([], ("ADDRESS", "ID")) == "ADDRESS  ID"
    assert table([]) == ""


def test_ids_become_environment_variables_in_order() -> None:
    ids = {
        Address("vector_store", "lib"): "vs_2",
        Address("assistant", "policy-qa"): "asst_1",
        Address("assistant", "x"): "two words; $(reboot)",
    }
    assert env_lines(ids) == (
        "ASSISTANT_POLICY_QA=asst_1\nASSISTANT_X='two words; $(reboot)'\nVECTOR_STORE_LIB=vs_2\n"
    )


def test_two_addresses_with_one_name_are_refused_by_name() -> None:
    ids = {Address("assistant", "a-b"): "1", Address("assistant", "a_b"): "2"}
    with pytest.raises(
        ProvisionerError, match=r"assistant\.a-b and assistant\.a_b .*ASSISTANT_A_B"
    ):
        env_lines(ids)


def test_an_id_cannot_smuggle_in_a_line() -> None:
    with pytest.raises(ProvisionerError, match="cannot stand in an environment file"):
        env_lines({Address("assistant", "a"): "asst_1\nPATH=/tmp"})
