"""Draw docstrings and messages of the package at random, for somebody who has not seen the code.

    python -m tests.draw [SEED [NUMBER]]
    python -m tests.draw PATH...

Prints NUMBER of each, 30 unless another number is given, with the place of each, and what a reader
of the code sees beside it: the signature, and the first sentence about the module and the class that
it is in. The same seed draws the same texts from the same source.
Whoever reads them marks each that is not understood at first reading without opening the body;
those are rewritten, and another seed is drawn.

With paths of modules or folders, all docstrings, comments and messages of each are printed, in the
order of the source.
"""

import random
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.prose import Text, comments, docstrings, messages, modules
from tests.sentences import sentence


def draw(seed: int, number: int) -> str:
    """Return `number` docstrings and `number` messages as text to be read."""
    chance = random.Random(seed)  # noqa: S311  a draw that can be repeated, and no secret
    around = _Around()
    return "\n".join(
        [
            f"{number} docstrings, drawn with seed {seed}\n",
            *_numbered(chance.sample(docstrings(), number), around),
            f"{number} messages, drawn with seed {seed}\n",
            *_numbered(chance.sample(messages(), number), around),
        ]
    )


class _Around:
    """The first sentences about the modules and classes of the package."""

    def __init__(self) -> None:
        self._said = {
            (path_of(one), one.owner): sentence(one.text)
            for one in docstrings()
            if one.kind in {"module", "class"}
        }

    def of(self, text: Text) -> Iterable[str]:
        """Yield the sentences about the module and the class that a text is in, without its own."""
        path = path_of(text)
        named = text.signature.removeprefix("def ").removeprefix("async def ").partition("(")[0]
        for outer in ("", named.partition(".")[0]):
            said = self._said.get((path, outer), "")
            if said and said != sentence(text.text):
                yield f"{outer or 'the module'}: {said}"


def path_of(text: Text) -> str:
    """Return the path of the module in which a text is."""
    return text.place.rpartition(":")[0]


def everything(path: Path) -> str:
    """Return all docstrings, comments and messages of a module, or of each module of a folder."""
    read = (
        sorted([*docstrings(one), *comments(one), *messages(one)], key=lambda text: text.line)
        for one in modules(path.resolve())
    )
    return "\n".join(shown for texts in read for shown in _numbered(texts))


def _numbered(drawn: Iterable[Text], around: _Around | None = None) -> Iterable[str]:
    for index, one in enumerate(drawn, 1):
        text = "\n".join(f"    {line}".rstrip() for line in one.text.splitlines())
        signature = f"\n    {one.signature}" if one.signature else ""
        beside = "".join(f"\n    ({line})" for line in (around.of(one) if around else ()))
        yield f"{index:>2}. {one.place}  {one.kind}{beside}{signature}\n{text}\n"


if __name__ == "__main__":
    words = sys.argv[1:]
    if words and not words[0].isdecimal():
        sys.stdout.write("\n".join(everything(Path(word)) for word in words))
    else:
        seed, number = (*map(int, words[:2]), *(0, 30)[len(words) :])
        sys.stdout.write(draw(seed, number))
