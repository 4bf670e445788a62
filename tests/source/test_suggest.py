"""A hint names a word that was probably meant, and no other word."""

import pytest

from provisioner.source.suggest import did_you_mean

ADDRESSES = ["assistant.helper", "assistant.clerk", "vector_store.clerk", "function.Lookup"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("assistant.helpr", "assistant.helper"),
        ("helper", "assistant.helper"),
        ("lookup", "function.Lookup"),
        ("clerk", ""),
        ("nothing-like-it", ""),
    ],
)
def test_one_name_is_meant_or_none(word: str, meant: str) -> None:
    assert did_you_mean(word, ADDRESSES) == (f" Did you mean `{meant}`?" if meant else "")
