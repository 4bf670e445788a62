"""Values that must stay are copied from live into desired, at their place in the live object."""

from typing import Any

import pytest

from provisioner.engine.prepare import ignoring
from provisioner.model.address import Address
from provisioner.model.remote import Live, RemoteObject
from provisioner.model.resource import Lifecycle, Resource

QA = Address("assistant", "qa")


@pytest.mark.parametrize(
    ("desired", "live", "names"),
    [
        (["b", "a"], ["b", "theirs", "a"], ["b", "theirs", "a"]),
        (["b", "a"], ["theirs", "b", "a"], ["theirs", "b", "a"]),
        (["b", "a"], ["b", "a", "theirs"], ["b", "a", "theirs"]),
        (["a", "b"], ["b", "theirs", "a"], ["a", "b", "theirs"]),
        (["a", "theirs"], ["theirs", "a"], ["a", "theirs"]),
        (["a", "theirs"], ["a"], ["a"]),
        ([], ["theirs"], ["theirs"]),
    ],
)
def test_an_ignored_property_keeps_its_place(
    desired: list[str], live: list[str], names: list[str]
) -> None:
    def spec(properties: list[str]) -> dict[str, Any]:
        schema = {"properties": {name: {"type": "string"} for name in properties}}
        return {"tools": {"f": {"type": "function", "parameters": schema}}}

    kept = Lifecycle(ignore_changes=("tools[f].parameters.properties.theirs",))
    found = RemoteObject("assistant", "asst_1", "qa", spec(live))

    (resource,) = ignoring({QA: Resource(QA, spec(desired), kept)}, Live({QA: found})).values()

    assert [*resource.spec["tools"]["f"]["parameters"]["properties"]] == names
