"""Join a prompt of several parts: `instructions: {parts: [{file: …}, {text: …}]}`.

An empty line separates the parts. The first line of each is recorded, so that a plan can say which
part of a prompt changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioner.model.code import Code
from provisioner.model.codes import fleets as codes
from provisioner.model.diagnostic import Position
from provisioner.model.frozen import frozen
from provisioner.model.resource import Part
from provisioner.model.value import Sensitive, revealed
from provisioner.source import keys
from provisioner.source.contents import Contents
from provisioner.source.draft import Draft
from provisioner.source.joining import Text, cut, joined, without_blank_ends
from provisioner.source.locations import Unusable
from provisioner.source.manifest import Place
from provisioner.source.variables import Unknown, Variables, takes_row

_BETWEEN: Final = "\n\n"


@frozen
class Parts:
    """Joins the parts of a text, such as `instructions`, of one resource."""

    draft: Draft
    contents: Contents
    variables: Variables

    def text(self, parts: Sequence[Any], place: Place) -> Any:
        """Return the joined text, which is Sensitive if one of its parts is.

        Problems are reported. The text is empty if a part cannot be used.
        """
        texts: list[Text] = []
        found: list[Part] = []
        line, right = 1, True
        for index, part in enumerate(parts):
            try:
                name, text = self._part(part, (*place, "parts", index), index)
            except (Unusable, Unknown):
                right = False
                continue
            texts.append(without_blank_ends(text if isinstance(text, Sensitive) else str(text)))
            found.append(Part(name, line))
            # The blank line between two parts counts: a part begins where a reader of the prompt
            # sees it.
            line += revealed(texts[-1]).count("\n") + _BETWEEN.count("\n")
        if not right:
            self.draft.spoil(place)
            return ""
        self.draft.parts[".".join(map(str, place))] = tuple(found)
        return joined(texts, _BETWEEN)

    def _part(self, part: Any, place: Place, index: int) -> tuple[str, Any]:
        """Return the name and the text of a part. Raises Unusable or Unknown after reporting why.

        The name is the path of the file, or `part 3` for a text.
        """
        if not isinstance(part, Mapping) or (keys.FILE in part) == ("text" in part):
            self.draft.error(place, codes.PART_AMBIGUOUS, "Write `file: PATH`, or `text: …`.")
            raise Unusable
        if "text" in part:
            if "variables" in part:
                detail = "The variables of a `text` are always filled in: leave `variables` out."
                self.draft.error((*place, "variables"), codes.PART_AMBIGUOUS, detail)
            # If one part uses the row, problems of the joined text are reported at the row.
            if self.draft.is_of_row((*place, "text")):
                self.draft.filled.add(place[:1])
            return f"part {index + 1}", part["text"]
        manifest, whole = self.draft.origin((*place, keys.FILE))
        if not isinstance(part[keys.FILE], str):
            raise Unusable  # the check of the field reports a path that is no plain text
        text = self.contents.text(manifest, whole, part[keys.FILE])
        name = self.contents.files.inner(manifest, part[keys.FILE])
        # Prompts often quote code and templates, so `${` in a file means a variable only if asked.
        if part.get("variables") is not True or "${" not in text:
            return name, text
        shown = self.contents.files.shown(manifest, part[keys.FILE])
        if takes_row(text):
            self.draft.filled.add(place[:1])
        return name, self._filled(text, shown)

    def _filled(self, text: str, shown: str) -> Any:
        """Return the text of a file with its variables replaced.

        Problems are reported at their lines of the file. Then Unknown is raised if there was any.
        """
        lines: list[Text] = []
        right = True
        row = self.draft.column if self.draft.row else None
        for number, line in enumerate(text.split("\n"), 1):
            try:
                lines.append(self._line(line, Position(shown, number, 1), row))
            except Unknown:
                right = False
        if not right:
            raise Unknown
        return joined(lines, "\n")

    def _line(self, line: str, position: Position, row: Any) -> Text:
        """Return one line with its variables replaced. Raises Unknown."""
        if "${" not in line:
            return line

        def complain(code: Code, detail: str) -> None:
            self.draft.report.add(code, detail, position)

        # A variable that is the whole text would keep its type, such as a number. The added space
        # makes the result a text, and is cut off again.
        filled: Text = self.variables.text(f"{line} ", complain, row=row)
        return cut(filled, 0, len(revealed(filled)) - 1)
