"""Notes about what a run did are written to the ledger together, and soon."""

from threading import Event

from provisioner.verbs.apply.gathering import Gathering


def test_what_has_gathered_is_written_together_and_once() -> None:
    written: list[list[str]] = []
    gathering = Gathering[str](lambda notes: written.append([*notes]))
    for id in ("a", "b", "c"):
        gathering.add(id, f"made {id}")
    gathering.write_down()
    gathering.write_down()
    assert written == [["made a", "made b", "made c"]]


def test_a_note_is_written_without_being_asked_for() -> None:
    is_written = Event()
    gathering = Gathering[str](lambda _notes: is_written.set())
    gathering.add("a", "made a")
    assert is_written.wait(timeout=5)


def test_what_is_about_another_object_waits() -> None:
    written: list[str] = []
    gathering = Gathering[str](written.extend)
    gathering.add("a", "made a")
    gathering.write_down(about="b")
    assert written == []
    gathering.write_down(about="a")
    gathering.add("b", "made b")
    gathering.write_down()
    assert written == ["made a", "made b"]
