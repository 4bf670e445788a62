"""Objects that a run makes are written to the ledger together, and soon."""

from threading import Event

from provisioner.model.ledger import Made
from provisioner.verbs.apply.made import MadeObjects


def made(id: str) -> Made:
    return Made("account", "assistant", id, "acme/prod", f"assistant.{id}", "run-1", 0.0)


def test_what_has_gathered_is_written_together_and_once() -> None:
    written: list[list[str]] = []
    objects = MadeObjects(lambda found: written.append([one.id for one in found]))
    for id in ("a", "b", "c"):
        objects.add(made(id))
    objects.write_down()
    objects.write_down()
    assert written == [["a", "b", "c"]]


def test_an_object_is_written_without_being_asked_for() -> None:
    is_written = Event()
    objects = MadeObjects(lambda _found: is_written.set())
    objects.add(made("a"))
    assert is_written.wait(timeout=5)


def test_what_comes_after_a_write_is_written_by_the_next_one() -> None:
    written: list[str] = []
    objects = MadeObjects(lambda found: written.extend(one.id for one in found))
    objects.add(made("a"))
    objects.write_down()
    objects.add(made("b"))
    objects.write_down()
    assert written == ["a", "b"]
