"""The numbers of a comparison."""

from provisioner.model.address import Address
from provisioner.model.comparison import Comparison, Side
from provisioner.model.plan import Action, Change


def test_resources_are_counted_by_the_side_that_has_them() -> None:
    actions = (Action.UPDATE, Action.DELETE, Action.CREATE, Action.CREATE)
    changes = tuple(Change(Address("assistant", f"a{n}"), a) for n, a in enumerate(actions))
    found = Comparison(Side("a", "a"), Side("b", "b"), changes, same=7)

    assert found.counts == {"different": 1, "only_first": 1, "only_second": 2, "same": 7}
    assert not found.is_empty
    assert Comparison(Side("a", "a"), Side("b", "b")).is_empty
