"""A mark in a text: behind whatever it says, out again as it was, and never somebody else's."""

import pytest

from provisioner.kinds.front_matter import redescribed, words_of
from provisioner.model.address import Address
from provisioner.model.errors import ProvisionerError
from provisioner.model.mark import Applied, Mark, Owner, tracked_key
from provisioner.model.mark_location import beside, in_text, mark_in, marked, unmarked

KIND = "environment_template"
DIGESTS = {
    tracked_key("name"): Applied("aB-_9", "aB-_9"),
    tracked_key("env"): Applied("12345", "12345", sensitive=True),
    tracked_key("files[/workspace/a]"): Applied("sent1", "got_2"),
}
MARKS = {
    "plain": Mark(Owner("k3v9q0x7dp"), Address(KIND, "desk"), DIGESTS),
    "of an environment": Mark(Owner("acme-helpdesk", "prod"), Address(KIND, "desk_2"), DIGESTS),
    "of the second generation": Mark(Owner("acme"), Address(KIND, "d"), DIGESTS, generation=2),
    "of the thousandth": Mark(Owner("acme"), Address(KIND, "d"), DIGESTS, generation=1000),
    "that remembers nothing": Mark(Owner("acme"), Address(KIND, "desk")),
    "of version 1": Mark(Owner("acme"), Address(KIND, "desk"), DIGESTS, version=1),
    "of version 1, replaced": Mark(
        Owner("acme"), Address(KIND, "desk"), DIGESTS, generation=3, version=1
    ),
    "with every flag": Mark(
        Owner("acme"),
        Address(KIND, "desk"),
        {
            tracked_key("name"): Applied("", "got_2"),
            tracked_key("env"): Applied("sent1", "got_2", sensitive=True, refused=True),
        },
        generation=3,
    ),
}
TEXTS = [
    "Order desk",
    "",
    "Schreibtisch für Rückläufer, 返品デスク 🪑",
    "a\tb  c",
    'it\'s "quoted", 100 % & {braced}',
    "two\nlines",
    "Order desk [old]",
    "[provisioner",
    "[provisioner]",
    "[provisioner yes]",
    "Theirs [provisioner other1d/default desk abcdefghij]",
    "]] [[",
    "x" * 100,
]


@pytest.mark.parametrize("mark", MARKS.values(), ids=[name.replace(" ", "-") for name in MARKS])
@pytest.mark.parametrize("text", TEXTS)
def test_a_mark_comes_out_as_it_went_in(text: str, mark: Mark) -> None:
    whole = marked(text, mark, 400)

    assert mark_in(whole, KIND) == mark
    assert whole.startswith(text)
    assert mark_in(f"{whole}\n", KIND) == mark


@pytest.mark.parametrize("text", [text for text in TEXTS if "[provisioner" not in text])
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    assert unmarked(marked(text, MARKS["plain"], 400)) == text
    assert unmarked(text) == text


WHOLE = marked("Order desk", MARKS["plain"], 400)
MANGLED = {
    "cut off": WHOLE[:-1],
    "cut off early": WHOLE[:-30],
    "without its bracket": WHOLE.replace("[", ""),
    "with text behind it": f"{WHOLE} (old)",
    "without an owner": "Order desk [provisioner]",
    "without an environment": "Order desk [provisioner k3v9q0x7dp desk]",
    "without a name": "Order desk [provisioner k3v9q0x7dp/default]",
    "with another word": WHOLE.replace("provisioner", "provisional"),
    "with a name that is none": "Order desk [provisioner k3v9q0x7dp/default d.e.s.k abc]",
    "by hand": "Order desk [provisioner managed by platform team]",
}


@pytest.mark.parametrize("text", MANGLED.values(), ids=[name.replace(" ", "-") for name in MANGLED])
def test_a_mangled_mark_is_none(text: str) -> None:
    assert mark_in(text, KIND) is None


@pytest.mark.parametrize("name", ["cut off", "cut off early", "without an owner", "by hand"])
def test_what_is_left_of_a_mark_is_no_part_of_the_name(name: str) -> None:
    assert unmarked(MANGLED[name]) == "Order desk"


def test_a_digest_that_was_mangled_only_makes_a_difference_look_like_the_manifests() -> None:
    found = mark_in("Order desk [provisioner acme/default desk zz abcdefghijk ??]", KIND)

    assert found is not None
    assert found.address == Address(KIND, "desk")
    assert found.generation == 1


def test_no_room_is_said_with_what_to_do() -> None:
    with pytest.raises(ProvisionerError, match="no room for the mark") as raised:
        marked("x" * 300, MARKS["plain"], 256)

    assert "characters too long. Shorten the text" in str(raised.value)


@pytest.mark.parametrize("text", TEXTS)
def test_a_mark_has_the_room_that_the_text_leaves(text: str) -> None:
    mark_location, mark = in_text("name", KIND, 256), MARKS["plain"]
    room = mark_location.room({"name": text}, mark)
    used = len(mark.to_text().partition(" desk v2 ")[2])

    assert len(beside(text, mark)) - used + room == 256
    assert (mark_location.excess({"name": text}, mark) > 0) == (used > room)


FRONT_MATTERS = [
    "name: x\ndescription: hello\n",
    "description: 'it''s'\nname: x\n",
    'name: x\ndescription: "a\\nb"\nversion: 1.10 # as it is\n',
    "name: x\ndescription: >\n  long text\n  goes on\nlicense: MIT\n",
    "name: x\ndescription: |\n  one\n  two\n\n# the end\n",
    "name: x\ndescription: plain\n  continued\nwhen: 2026-01-01\n",
    "{name: x, description: flows, on: yes}\n",
    "name: x\ndescription: &said twice\nagain: *said\n",
    "first: &said twice\nname: x\ndescription: *said\n",
    "name: x\ndescription:   spaced   \n",
    "name: x\ndescription: 返品 🪑 [brackets]\n",
]
DESCRIPTIONS = [
    "Plain.",
    "With [brackets] and [provisioner acme/default x abcdefghij]",
    "a: b # no comment, 'quoted' \"twice\" \\ %",
    "two\nlines",
    "--- fenced ---\n---",
    "返品 🪑 \x85 \u2028 \t",
    "x" * 1024,
]


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("description", DESCRIPTIONS)
@pytest.mark.parametrize("words", FRONT_MATTERS)
def test_a_description_is_changed_and_nothing_else(
    words: str, description: str, ending: str
) -> None:
    body = "# How\n\n---\ndescription: not this one\n"
    text = f"---\n{words}---\n{body}".replace("\n", ending)

    edited = redescribed(text, description)

    assert words_of(edited) == {**(words_of(text) or {}), "description": description}
    assert edited.endswith(f"---{ending}{body.replace(chr(10), ending)}")
    for line in ("version: 1.10 # as it is", "# the end", "when: 2026-01-01", "license: MIT"):
        assert (line in edited) == (line in text)


def test_a_text_without_front_matter_stays_as_it_is() -> None:
    assert redescribed("# Nothing\n", "x") == "# Nothing\n"
