"""Replace `${var:NAME}` and `${env:NAME}` in texts by the values of the variables.

A variable is evaluated when something first asks for it. So an environment variable that only
another target needs may be missing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from provisioner.model.code import Code
from provisioner.model.codes import fleets as fleet_codes
from provisioner.model.codes import stacks as codes
from provisioner.model.value import Sensitive
from provisioner.source.joining import Text, joined
from provisioner.source.manifest import Manifest, Place, Report
from provisioner.source.suggest import did_you_mean
from provisioner.source.variable_types import KINDS_OF_VALUE, Given, converted, type_of

Complain: TypeAlias = Callable[[Code, str], None]
Column: TypeAlias = Callable[[str, Complain], Any]
"""Returns the value of a column of the row, by the column's name. Reports a problem to the second
argument and raises Unknown."""

_TOKEN: Final = re.compile(
    r"\$(?P<escape>\$\{)|\$\{(?P<scope>[A-Za-z_]+):(?P<name>[^{}]*)\}|\$\{(?P<bare>(?:var\.)?[A-Za-z0-9_-]+)\}"
    r"|\$\{each\.(?P<column>[^{}]*)\}"
)
_UNCLOSED: Final = re.compile(r"\$\{(?:(?:var|env):|each\.)[\w.-]*")
"""The beginning of a variable. Where `_TOKEN` does not match it, the closing brace is missing."""
_EACH: Final = "${each."
_WORDS: Final = {True: "true", False: "false"}


class Unknown(Exception):
    """A variable has no value. `said` is true if that has been reported already."""

    def __init__(self, said: bool = True) -> None:
        super().__init__()
        self.said = said


def is_open(value: Any) -> bool:
    """Return true if a text contains variables, so that it cannot be checked before they are replaced."""
    return isinstance(value, str) and ("${var:" in value or _EACH in value)


def takes_row(text: str) -> bool:
    """Return true if a text uses a value of a table's row: `${each.COLUMN}`."""
    return _EACH in text


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in `${var:NAME}` and `${env:NAME}` of a text, in order."""
    return tuple(match["name"].strip() for match in _TOKEN.finditer(text) if match["scope"])


def fill(value: Any, text: Callable[[str, Place], Any], place: Place = ()) -> Any:
    """Return `value` with each text that may contain a variable replaced by the result of `text`.

    `text` is called with the text and its place. Parts without a variable are the same objects as
    before.
    """
    if not _asks(value):
        return value
    if isinstance(value, dict):
        return {key: fill(item, text, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, text, (*place, index)) for index, item in enumerate(value)]
    return text(value, place)


def _asks(value: Any) -> bool:
    """Return true if any text in `value` may contain a variable. Most specs contain none."""
    if isinstance(value, str):
        # Python finds a single character much faster than two.
        return "$" in value and "${" in value
    if isinstance(value, dict):
        return any(map(_asks, value.values()))
    return isinstance(value, list) and any(map(_asks, value))


@dataclass
class Variables:
    """The variables that the Stack declares, and the values that are set for this run.

    `chosen` are the values of the environment. `given` are the values from outside (`--var`,
    `--var-file`, `PROVISIONER_VAR_NAME`). `stack` is None if the folder has no Stack; then no
    variable has a value.
    """

    stack: Manifest | None
    environment: str
    chosen: Mapping[str, Any]
    given: Mapping[str, Any]
    environ: Mapping[str, str]
    report: Report
    # Values by variable. An Unknown is stored for one without a value, so that it is reported once.
    _values: dict[str, Any] = field(default_factory=dict)
    # The variables that are being evaluated, outermost first, to notice circles.
    _asking: list[str] = field(default_factory=list)

    @property
    def declared(self) -> Mapping[str, Any]:
        declared = self.stack.spec.get("variables") if self.stack else None
        return declared if isinstance(declared, dict) else {}

    def text(
        self, text: str, complain: Complain, *, env: bool = False, row: Column | None = None
    ) -> Any:
        """Return a text with its variables replaced. Raises Unknown if one has no value.

        A text that is only one variable becomes that variable's value, with its type. `${env:…}` is
        refused unless `env` is true. `row` returns values of `${each.COLUMN}`, which is refused
        without it.
        """
        whole = _TOKEN.fullmatch(text)
        if whole and (whole["scope"] or whole["column"] is not None):
            return self._token(whole, complain, env=env, row=row)
        pieces: list[Text] = []
        end = 0
        for match in _TOKEN.finditer(text):
            value = self._token(match, complain, env=env, row=row)
            if value is None or isinstance(value, dict | list):
                self._not_text(match[0], complain)
            if not isinstance(value, Sensitive):
                value = _WORDS[value] if isinstance(value, bool) else str(value)
            pieces += [text[end : match.start()], value]
            end = match.end()
        # Whole variables are taken out first, because each of them begins like an unclosed one.
        if unclosed := _UNCLOSED.search(_TOKEN.sub("", text)):
            complain(codes.UNCLOSED_VARIABLE, f"`{unclosed[0]}` is not closed by `}}`.")
            raise Unknown
        return joined([*pieces, text[end:]])

    def _token(
        self, match: re.Match[str], complain: Complain, *, env: bool, row: Column | None
    ) -> Any:
        """Return the value of one match: a variable, a column, an escape or plain text."""
        if match["escape"]:
            return "${"
        if match["column"] is not None:
            if row is None:
                detail = f"`{match[0]}`: this document has no `for_each: {{file: …}}`."
                complain(fleet_codes.EACH_WITHOUT_TABLE, detail)
                raise Unknown
            return row(match["column"].strip(), complain)
        # A shell's `${NAME}` is common in prompts and stays text, and so does Terraform's
        # `${var.NAME}`; only a declared name is suspicious.
        if match["bare"]:
            name = match["bare"].removeprefix("var.")
            if name in self.declared:
                complain(
                    codes.NOT_A_VARIABLE,
                    f"`{match[0]}` is not replaced. Write `${{var:{name}}}` for the"
                    f" variable, or `${match[0]}` for this text itself.",
                )
            return match[0]
        if match["scope"] == "var":
            return self._variable(match["name"].strip(), complain)
        if match["scope"] == "env":
            return self._environ(match["name"].strip(), complain, allowed=env)
        complain(
            codes.UNKNOWN_VARIABLE_SCOPE,
            f"Only `${{var:NAME}}` and `${{env:NAME}}` are known.{did_you_mean(match['scope'], _SCOPES)}"
            f" For the text itself, write `${match[0]}`.",
        )
        raise Unknown

    def _not_text(self, token: str, complain: Complain) -> None:
        detail = (
            f"The value of `{token}` is empty, a list or a mapping, and cannot be put into a text."
        )
        complain(fleet_codes.ROW_WITHOUT_VALUE, detail)
        raise Unknown

    def _environ(self, name: str, complain: Complain, *, allowed: bool) -> str:
        if not allowed:
            complain(
                codes.ENV_NOT_ALLOWED,
                "The environment is read only in targets and in defaults of variables. Declare a"
                f" variable with `default: ${{env:{name}}}` in the Stack, and use the variable.",
            )
            raise Unknown
        if name not in self.environ:
            complain(
                codes.ENV_NOT_SET,
                f"The environment variable `{name}` is needed here. Set it, or put it into `.env`.",
            )
            raise Unknown
        return self.environ[name]

    def _variable(self, name: str, complain: Complain) -> Any:
        if self.stack is None:
            raise Unknown
        if name not in self.declared:
            complain(
                codes.UNKNOWN_VARIABLE,
                f"The Stack declares no `{name}`.{did_you_mean(name, self.declared)}",
            )
            raise Unknown
        try:
            return self.value(name)
        except Unknown as error:
            if not error.said:
                complain(
                    codes.VARIABLE_WITHOUT_VALUE,
                    f"`{name}` has neither a value nor a default. Set it with `--var {name}=…`, in"
                    " a `--var-file`, or in the environment's `variables`.",
                )
            raise

    def value(self, name: str) -> Any:
        """Return the value of a declared variable. Raises Unknown.

        A value from outside takes precedence over the environment's, and that over the default.
        """
        if name in self._values:
            if isinstance(self._values[name], Unknown):
                raise self._values[name]
            return self._values[name]
        if name in self._asking:
            self._circle(name)
            raise Unknown
        self._asking.append(name)
        try:
            self._values[name] = self._work_out(name)
        except Unknown as error:
            self._values[name] = error
            raise
        finally:
            self._asking.pop()
        return self._values[name]

    def _work_out(self, name: str) -> Any:
        """Return a variable's value, evaluated from the source with the highest precedence."""
        settings = self.declared[name] if isinstance(self.declared[name], dict) else {}
        place: Place = ("spec", "variables", name)
        if name in self.given:
            raw = self.given[name]
        elif name in self.chosen:
            place = ("spec", "environments", self.environment, "variables", name)
            raw = self._filled(self.chosen[name], place, env=False)
        elif settings.get("default") is not None:
            place = (*place, "default")
            raw = self._filled(settings["default"], place, env=True)
        else:
            raise Unknown(said=False)
        return self._typed(name, settings, raw, place)

    def _filled(self, raw: Any, place: Place, *, env: bool) -> Any:
        if not isinstance(raw, str) or "${" not in raw:
            return raw
        filled = self.text(raw, lambda *said: self._complain(place, *said), env=env)
        # The result of a text may have to be converted to a number, as on the command line.
        return Given(filled) if isinstance(filled, str) else filled

    def _typed(self, name: str, settings: Mapping[str, Any], raw: Any, place: Place) -> Any:
        """Return a value with the type that its variable declares.

        Raises Unknown after reporting why not.
        """
        secret = isinstance(raw, Sensitive) or settings.get("sensitive") is True
        value = raw.value if isinstance(raw, Sensitive) else raw
        wanted = str(settings.get("type") or type_of(settings.get("default")))
        if isinstance(value, Given):
            value = converted(str(value), wanted)
        # A number or a boolean cannot be masked inside of other text.
        if secret and wanted != "string":
            self._complain(
                ("spec", "variables", name),
                codes.SENSITIVE_NOT_TEXT,
                f"`{name}` is sensitive, and only a text can be masked: write `type: string`, or"
                " remove `sensitive`.",
            )
            raise Unknown
        allowed = KINDS_OF_VALUE.get(wanted, (str,))
        # In Python a bool is an int, but no number in a manifest.
        if not isinstance(value, allowed) or (isinstance(value, bool) and wanted != "boolean"):
            shown = "the value given" if secret else f"`{value}`"
            source = getattr(raw, "source", "")
            shown += f" of {source}" if source else ""
            self._complain(
                place,
                codes.VARIABLE_OF_WRONG_TYPE,
                f"`{name}` is declared as {wanted}, but {shown} is of another type.",
            )
            raise Unknown
        if not secret:
            return value
        # Only the secret part of a text is masked if it was joined from a secret and other text.
        is_whole = settings.get("sensitive") is True or not isinstance(raw, Sensitive)
        return Sensitive(str(value)) if is_whole else raw

    def _circle(self, name: str) -> None:
        """Report variables whose defaults use each other in a circle."""
        circle = " → ".join([*self._asking[self._asking.index(name) :], name])
        detail = (
            f"{circle}: each uses the next, so none of them has a value. Remove one of these uses."
        )
        self._complain(("spec", "variables", name), codes.CIRCULAR_VARIABLES, detail)

    def _complain(self, place: Place, code: Code, detail: str) -> None:
        if self.stack:
            self.report.error(self.stack, place, code, detail)


_SCOPES: Final = ("var", "env")
