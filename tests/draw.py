"""Draw docstrings and messages of the package at random, for somebody who has not seen the code.

    python -m tests.draw [SEED [NUMBER]]

Prints NUMBER of each, 30 unless another number is given, with the place of each. The same seed
draws the same texts from the same source. Whoever reads them marks each that is not understood at
first reading without opening the body; those are rewritten, and another seed is drawn.
"""

import random
import sys
from collections.abc import Iterable

from tests.prose import Text, docstrings, messages


def draw(seed: int, number: int) -> str:
    """Return `number` docstrings and `number` messages as text to be read."""
    chance = random.Random(seed)  # noqa: S311  a draw that can be repeated, and no secret
    return "\n".join(
        [
            f"{number} docstrings, drawn with seed {seed}\n",
            *_numbered(chance.sample(list(docstrings()), number)),
            f"{number} messages, drawn with seed {seed}\n",
            *_numbered(chance.sample(list(messages()), number)),
        ]
    )


def _numbered(drawn: Iterable[Text]) -> Iterable[str]:
    for index, one in enumerate(drawn, 1):
        owner = f"  {one.owner}" if one.owner else ""
        text = "\n".join(f"    {line}".rstrip() for line in one.text.splitlines())
        yield f"{index:>2}. {one.place}{owner}\n{text}\n"


if __name__ == "__main__":
    seed, number = (*map(int, sys.argv[1:3]), *(0, 30)[len(sys.argv) - 1 :])
    sys.stdout.write(draw(seed, number))
