"""Definitions of indicators from a TOML file: those that edocs has, and those that a province adds without code.

Đọc định nghĩa chỉ số. Names and values that are none are refused with what they may have been meant to be, and the line
where they stand: an indicator that is misread would be counted all the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from edocs.errors import UnreadableError
from edocs.model.indicators import NONE, SCHEMA, Condition, Definition, Unit
from edocs.model.kinds import document_type
from edocs.model.parsing import parse_fault
from edocs.model.profile import Fact, Sending
from edocs.model.register import AgencyLevel, Exclusion, tidy_name
from edocs.model.standing import Indicator, Standing

__all__ = ["CONDITION_VALUES", "built_in", "read_definitions"]

_KEYS = (
    "id",
    "name",
    "definition",
    "source",
    "unit",
    "denominator",
    "numerator",
    "attempted",
    "known",
    "table",
    "stock",
)
_NEEDED = ("id", "name", "definition", "source", "unit")
_LANGUAGES = ("vi", "en")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")
_HEAD = re.compile(r"\s*\[\[\s*indicator\s*\]\]\s*(?:#.*)?")
_LIFE = (Fact.ISSUED, Fact.RECALLED, Fact.SUPERSEDED, Fact.ON_TIME)
"""Facts that no verification decides."""
_CERTAIN = ("exclusion", "sending", "level", "type", "facts", "without")
_OF_FILES = ("file", "file_attempted")

CONDITION_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exclusion": (NONE, *Exclusion),
        "sending": (NONE, *Sending),
        "level": tuple(AgencyLevel),
        "type": (),
        "facts": tuple(Fact),
        "without": tuple(Fact),
        "personal": tuple(Standing),
        "organisation": tuple(Standing),
        "both": tuple(Standing),
        "attempted": tuple(Indicator),
        "file": tuple(Standing),
        "file_attempted": (),
    }
)
"""The fields of a condition, and the values of each; any type of document is one, and ``file_attempted`` is true."""

_PARSED: Mapping[str, Callable[[str], str]] = {
    "level": AgencyLevel,
    "type": lambda text: document_type(tidy_name(text)),
    "facts": Fact,
    "without": Fact,
    "personal": Standing,
    "organisation": Standing,
    "both": Standing,
    "attempted": Indicator,
    "file": Standing,
}


@cache
def built_in() -> tuple[Definition, ...]:
    """The indicators that every report has (chỉ số có sẵn); ``docs/indicators.md`` explains each."""
    return read_definitions(files("edocs.model").joinpath("indicators.toml").read_bytes())


def read_definitions(data: bytes, among: Iterable[Definition] = ()) -> tuple[Definition, ...]:
    """The definitions in a file, in its order.

    Args:
        among: Those that are there already; none may have the id of one of them.

    Raises:
        UnreadableError: No such file; the line is named.
    """
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except ValueError as exc:  # UnicodeDecodeError and TOMLDecodeError are ones
        raise UnreadableError("no file of indicators: {why}", hint="TOML in UTF-8", why=parse_fault(exc)) from exc
    lines = text.splitlines()
    entries = table.get("indicator", [])
    whole = _Place(lines, 0, len(lines))
    for name in table:
        whole.require(name, ("schema", "indicator"))
    if table.get("schema", SCHEMA) != SCHEMA:
        raise UnreadableError("no file of indicators: {why}", hint="TOML in UTF-8", why=table["schema"])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnreadableError("no file of indicators: {why}", hint="TOML in UTF-8", why="[[indicator]]")
    seen = {definition.id.casefold() for definition in among}
    found = []
    for entry, place in zip(entries, _places(lines, len(entries)), strict=True):
        definition = _definition(entry, place)
        if definition.id.casefold() in seen:
            raise place.fault_at(
                "line {line}: there is an indicator {name} already", definition.id, hint="give it an id of its own"
            )
        seen.add(definition.id.casefold())
        found.append(definition)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands in its file, for what is said of it."""

    lines: Sequence[str]
    first: int
    last: int

    def line(self, word: str) -> int:
        """The line, from 1, where ``word`` stands by itself in the entry; else that of the entry."""
        alone = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        hits = (place for place in range(self.first, self.last) if alone.search(self.lines[place]))
        return next(hits, min(self.first, max(len(self.lines) - 1, 0))) + 1

    def fault_at(self, message: str, word: str, *, hint: str = "", **params: object) -> UnreadableError:
        """An error about ``word``, which the message calls ``name``, in its ``line``."""
        return UnreadableError(message, hint=hint, line=self.line(word), name=word, **params)

    def require(self, name: str, known: Sequence[str]) -> None:
        """Go on only with a name that is known.

        Raises:
            UnreadableError: It is not; near ones are named.
        """
        if name not in known:
            near = ", ".join(get_close_matches(name, known) or known)
            raise self.fault_at("line {line}: {name} is not known here", name, hint="{near}?", near=near)


def _places(lines: Sequence[str], count: int) -> list[_Place]:
    """Of each entry, the lines from its head to the next one."""
    heads = [number for number, line in enumerate(lines) if _HEAD.fullmatch(line)]
    if len(heads) != count:  # written as an inline array, say
        return [_Place(lines, 0, len(lines))] * count
    return [_Place(lines, first, last) for first, last in zip(heads, [*heads[1:], len(lines)], strict=True)]


def _definition(entry: Mapping[str, object], place: _Place) -> Definition:
    for name in entry:
        place.require(name, _KEYS)
    if missing := [name for name in _NEEDED if name not in entry]:
        raise place.fault_at("line {line}: an indicator has no {name}", missing[0])
    id, unit = (_text(entry, name, place) for name in ("id", "unit"))
    if not _ID.fullmatch(id):
        raise place.fault_at(
            "line {line}: no id: {name}", id, hint="a letter, then letters, digits, and _ - .; at most 32"
        )
    place.require(unit, tuple(Unit))
    made = Definition(
        id=id,
        name=_texts(entry, "name", place),
        text=_texts(entry, "definition", place),
        source=_texts(entry, "source", place, is_one_enough=True),
        unit=Unit(unit),
        denominator=_condition(entry, "denominator", _CERTAIN, place),
        numerator=_condition(entry, "numerator", _asked_of(Unit(unit)), place),
        attempted=_condition(entry, "attempted", _asked_of(Unit(unit)), place),
        known=_condition(entry, "known", _CERTAIN, place),
        is_imported=_flag(entry, "table", place),
        is_stock=_flag(entry, "stock", place),
    )
    _require_whole(made, place)
    return made


def _asked_of(unit: Unit) -> tuple[str, ...]:
    """What may be asked besides the denominator: of a file its signature alone, of a document all but that."""
    return _OF_FILES if unit is Unit.FILE else tuple(name for name in CONDITION_VALUES if name not in _OF_FILES)


def _require_whole(made: Definition, place: _Place) -> None:
    """Go on only with a definition that says how it is counted, and in one way."""
    is_counted = made.denominator is not None and made.numerator is not None
    if made.denominator is None and (made.numerator or made.attempted or made.known):
        raise place.fault_at("line {line}: {name} has no denominator", made.id)
    if made.denominator is not None and made.numerator is None:
        raise place.fault_at("line {line}: {name} has no numerator", made.id)
    if made.denominator is not None and not made.denominator.exclusion:
        raise place.fault_at(
            "line {line}: the denominator of {name} says nothing of exclusions",
            made.id,
            hint='exclusion = "none": what is excluded is left out, as usual',
        )
    if not (is_counted or made.is_imported):
        raise place.fault_at(
            "line {line}: nothing says how {name} is counted",
            made.id,
            hint="denominator and numerator, or table = true",
        )
    if is_counted and not made.unit.is_of_register:
        raise place.fault_at(
            "line {line}: a register does not count the unit of {name}", made.id, hint="table = true alone"
        )
    if is_counted and made.is_imported and made.unit is not Unit.DOCUMENT:
        raise place.fault_at(
            "line {line}: {name} is counted from the register, or imported", made.id, hint="leave out table"
        )
    if (is_counted and made.is_imported) is not (made.known is not None):
        raise place.fault_at(
            "line {line}: known goes with what is counted from the register or imported: {name}",
            made.id,
            hint="denominator, numerator, known and table = true; or none of known",
        )
    if made.is_stock and is_counted:
        raise place.fault_at("line {line}: stock goes with what is imported alone: {name}", made.id)


def _condition(entry: Mapping[str, object], name: str, asked: Sequence[str], place: _Place) -> Condition | None:
    if name not in entry:
        return None
    table = entry[name]
    if not isinstance(table, dict):
        raise place.fault_at("line {line}: {name} is no table of conditions", name, hint='such as exclusion = "none"')
    if not table and name != "denominator":
        raise place.fault_at("line {line}: {name} asks nothing", name)
    found: dict[str, object] = {}
    for field, value in table.items():
        if field in CONDITION_VALUES and field not in asked:
            raise place.fault_at(
                "line {line}: {field} cannot be asked in {name}",
                name,
                hint="a denominator must be certain: {known}" if asked is _CERTAIN else "one of {known}",
                field=field,
                known=", ".join(asked),
            )
        place.require(field, asked)
        found[field] = _values(field, value, place)
    made = Condition(**found)  # type: ignore[arg-type]  # each value has the type of its field: _values
    uncertain = (made.facts | made.without).difference(_LIFE)
    if asked is _CERTAIN and uncertain:
        raise place.fault_at(
            "line {line}: {field} cannot be asked in {name}",
            name,
            hint="a denominator must be certain: {known}",
            field=", ".join(sorted(uncertain)),
            known=", ".join(_LIFE),
        )
    return made


def _values(field: str, value: object, place: _Place) -> object:
    if field == "file_attempted":
        if value is not True:
            raise place.fault_at("line {line}: {name} is true, or left out", field)
        return True
    values: list[Any] = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one.strip() for one in values):
        raise place.fault_at("line {line}: {name} takes a text, or a list of texts", field)
    if known := CONDITION_VALUES[field]:
        for one in values:
            place.require(one, known)
    return frozenset(_PARSED.get(field, str)(one) for one in values)


def _text(entry: Mapping[str, object], name: str, place: _Place) -> str:
    value = entry[name]
    text = tidy_name(value) if isinstance(value, str) else ""
    if not text:
        raise place.fault_at("line {line}: {name} is no text", name)
    return text


def _texts(entry: Mapping[str, object], name: str, place: _Place, *, is_one_enough: bool = False) -> Mapping[str, str]:
    table = entry[name]
    if is_one_enough and not isinstance(table, dict):
        return MappingProxyType(dict.fromkeys(_LANGUAGES, _text(entry, name, place)))
    if not isinstance(table, dict) or not set(_LANGUAGES) <= set(table):
        raise place.fault_at("line {line}: {name} needs a text in each language", name, hint="{name}.vi and {name}.en")
    for language in table:
        place.require(language, _LANGUAGES)
    return MappingProxyType({language: _text(table, language, place) for language in _LANGUAGES})


def _flag(entry: Mapping[str, object], name: str, place: _Place) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise place.fault_at("line {line}: {name} is true, or left out", name)
    return value
