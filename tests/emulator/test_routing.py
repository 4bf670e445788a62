import pytest

from provisioner.emulator.core.routing import NoSuchUrl, Routes, WrongMethod


@pytest.fixture(scope="module")
def routes() -> Routes[str]:
    table: Routes[str] = Routes()
    table.add("GET", "/v1/agents/<agent>", "one agent")
    table.add("POST", "/v1/agents/vaults", "a new vault")
    table.add("GET", "/v1/agents/vaults/<vault>/credentials/<id>", "a credential")
    table.add("GET", "/v1/agents/<agent>/versions", "versions")
    return table


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/v1/agents/a-1", ("one agent", ("a-1",))),
        ("HEAD", "/v1/agents/a-1", ("one agent", ("a-1",))),
        ("GET", "/v1/agents/a-1/", ("one agent", ("a-1",))),
        ("GET", "/v1/agents/a b", ("one agent", ("a b",))),
        # The fixed segment has this path, but not this method: the varying one is asked too.
        ("GET", "/v1/agents/vaults", ("one agent", ("vaults",))),
        ("POST", "/v1/agents/vaults", ("a new vault", ())),
        ("GET", "/v1/agents/vaults/versions", ("versions", ("vaults",))),
        (
            "GET",
            "/v1/agents/vaults/v/credentials/c",
            ("a credential", ("v", "c")),
        ),
    ],
)
def test_a_route_is_found_by_method_and_path(
    routes: Routes[str], method: str, path: str, found: tuple[str, tuple[str, ...]]
) -> None:
    assert routes.match(method, path) == found


@pytest.mark.parametrize("path", ["/v1/agents/a-1", "/v1/agents/vaults"])
def test_a_path_without_this_method_is_another_failure_than_no_path(
    routes: Routes[str], path: str
) -> None:
    with pytest.raises(WrongMethod):
        routes.match("DELETE", path)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/agents", "/v1/agents/", "/v1//agents/a", "/v1/agents/a//", "/v2/x"],
)
def test_what_has_no_route_is_not_found(routes: Routes[str], path: str) -> None:
    with pytest.raises(NoSuchUrl):
        routes.match("GET", path)
