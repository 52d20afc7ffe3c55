"""A directory of agencies: their old and new codes, when each was valid, what became of them (danh mục mã định danh).

QCVN 102:2016/BTTTT, Decision 28/2018/QĐ-TTg (old codes, 13 characters) and Decision 20/2020/QĐ-TTg (new ones). Codes
were re-issued, so an old and a new code belong together only where the directory says so. Real directories have the
same code twice, codes of no form, and names with invisible characters: what was found is reported, nothing is dropped.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from edocs.errors import UnreadableError, UsageError
from edocs.model.organ_id import OrganId, OrganIdSyntax
from edocs.model.register import Agency, AgencyLevel, tidy_name
from edocs.model.submission import agency_level, read_day
from edocs.model.verdict import Reason

__all__ = ["AgencyDirectory", "AgencyEntry", "AgencyKind", "Ending", "named_in", "read_agencies", "read_directory"]

_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "code": ("code", "new_code", "mã định danh", "organid", "id"),
        "old_code": ("old_code", "mã cũ", "organid_qcvn102_2016", "code102", "oldcode"),
        "name": ("name", "tên", "tên cơ quan", "organname"),
        "valid_from": ("valid_from", "từ ngày"),
        "valid_to": ("valid_to", "đến ngày"),
        "became": ("became", "nay là", "merged_into"),
        "level": ("level", "cấp"),
        "parent": ("parent", "trực thuộc", "cơ quan chủ quản", "mã cơ quan chủ quản", "mã cấp trên"),
        "kind": ("kind", "loại", "loại cơ quan"),
    }
)
"""A column's meaning to the headings it is known under, in lower case."""
_CLAUSE = "Decision 20/2020/QĐ-TTg"
_STEPS = 20
"""Of renamings and mergers, one after the other."""
_SEVERAL = re.compile("[;|,]")
_BEYOND = "\n"
"""Where the fields of a row stand that have no heading: the name of no column."""


class AgencyKind(StrEnum):
    """What kind of body (loại cơ quan)."""

    COMMITTEE = "committee"
    """ủy ban nhân dân"""
    DEPARTMENT = "department"
    """cơ quan chuyên môn: sở, phòng, ban"""
    UNIT = "unit"
    """đơn vị sự nghiệp, đơn vị trực thuộc"""


_KINDS = {
    "ủy ban nhân dân": AgencyKind.COMMITTEE,
    "ubnd": AgencyKind.COMMITTEE,
    "cơ quan chuyên môn": AgencyKind.DEPARTMENT,
    "sở": AgencyKind.DEPARTMENT,
    "phòng": AgencyKind.DEPARTMENT,
    "đơn vị sự nghiệp": AgencyKind.UNIT,
    "đơn vị trực thuộc": AgencyKind.UNIT,
}


class Ending(StrEnum):
    """What became of a body, as far as a directory says."""

    STILL = "still"
    """It is there, under this name or that of its one successor."""
    SPLIT = "split"
    """chia tách: it has several successors"""
    ENDED = "ended"
    """giải thể: nothing took its place"""
    LOST = "lost"
    """Its successor is not in the directory, or not one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyEntry:
    """One body under one name, for as long as it had both."""

    name: str
    """In NFC, without invisible characters."""
    code: OrganId | None = None
    """Of Decision 20/2020."""
    old_code: OrganId | None = None
    """Of QCVN 102:2016."""
    valid_from: date | None = None
    """First day; None: always was."""
    valid_to: date | None = None
    """Last day; None: still is."""
    became: tuple[OrganId, ...] = ()
    """The code of the body it was renamed to or merged into; several where it was split."""
    level: AgencyLevel | None = None
    parent: OrganId | None = None
    """The code of the body above it (cơ quan chủ quản)."""
    kind: AgencyKind | None = None
    line: int = 0
    """Of the file it comes from."""

    @property
    def codes(self) -> tuple[OrganId, ...]:
        """Both codes, the new one first."""
        return tuple(code for code in (self.code, self.old_code) if code is not None)

    @property
    def id(self) -> str:
        """The code that it is counted under: the new one, else the old one."""
        return self.codes[0].value if self.codes else ""

    def is_valid(self, on: date) -> bool:
        """Whether the body had this name and these codes on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDirectory:
    """Entries by code, and what was wrong with them."""

    entries: tuple[AgencyEntry, ...]
    problems: tuple[Reason, ...] = ()
    """Codes of no form or given twice, names that were mended, successors that lead nowhere; each names its line."""
    _by_code: Mapping[str, tuple[AgencyEntry, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code: dict[str, tuple[AgencyEntry, ...]] = {}
        for entry in self.entries:
            for code in entry.codes:
                by_code[code.value] = (*by_code.get(code.value, ()), entry)
        object.__setattr__(self, "_by_code", by_code)

    def find(self, code: OrganId | str, on: date) -> tuple[AgencyEntry, ...]:
        """The entries that had a code, old or new, on a day; more than one where the directory is ambiguous."""
        return tuple(entry for entry in self._by_code.get(tidy_name(str(code)), ()) if entry.is_valid(on))

    def one(self, code: OrganId | str, on: date) -> AgencyEntry:
        """The entry that had a code on a day.

        Raises:
            UsageError: None had, or more than one.
        """
        found = self.find(code, on)
        if len(found) == 1:
            return found[0]
        text = (
            "no agency had the code {code} on {day}" if not found else "{count} agencies had the code {code} on {day}"
        )
        raise UsageError(text, hint="look at the directory", code=code, day=on.isoformat(), count=len(found))

    def today(self, code: OrganId | str, then: date, now: date) -> AgencyEntry:
        """What the body that had a code on the day ``then`` is on the day ``now``: through renamings and mergers.

        Raises:
            UsageError: As :meth:`one`; or it ended and nothing took its place.
        """
        found, _ = self.follow(self.one(code, then), now)
        if found is not None:
            return found
        raise UsageError(
            "agency {code}: the directory does not say what it is on {day}",
            hint="look at the directory",
            code=code,
            day=now.isoformat(),
        )

    def follow(self, entry: AgencyEntry, now: date) -> tuple[AgencyEntry | None, Ending]:
        """What ``entry`` is on the day ``now``, through renamings and mergers; None, and why, where nobody can say."""
        for _ in range(_STEPS):
            if entry.is_valid(now):
                return entry, Ending.STILL
            if not entry.became or entry.valid_to is None:
                return None, Ending.ENDED
            if len(entry.became) > 1:
                return None, Ending.SPLIT
            [became] = entry.became
            following = self.find(became, now) or self._after(became, entry.valid_to)
            if len(following) != 1:
                break
            entry = following[0]
        return None, Ending.LOST

    def having(self, code: OrganId | str) -> tuple[AgencyEntry, ...]:
        """The entries that had a code, old or new, at any time."""
        return self._by_code.get(tidy_name(str(code)), ())

    def _after(self, code: OrganId, day: date) -> tuple[AgencyEntry, ...]:
        """The next entries that had a code after a day."""
        later = [one for one in self._by_code.get(code.value, ()) if one.valid_from and one.valid_from > day]
        first = min((one.valid_from for one in later if one.valid_from), default=None)
        return tuple(one for one in later if one.valid_from == first)


def read_directory(data: bytes) -> AgencyDirectory:
    """A directory from CSV: ``code`` or ``old_code`` and ``name``; the other columns where they are known.

    Đọc danh mục cơ quan: ``valid_from``, ``valid_to``, ``became`` (several after a split, parted by ``|``; by ``;`` or
    ``,`` where that does not part the fields), ``level``, ``parent``, ``kind``. Headings of published
    directories are known too, such as ``OrganId_QCVN102_2016``.

    Raises:
        UnreadableError: Not CSV in UTF-8, without a code or name column, or a line with a day that is none.
    """
    try:
        text = data.decode("utf-8-sig")
        mark = ";" if ";" in text.partition("\n")[0] else ","  # what a Vietnamese spreadsheet puts between its fields
        table = csv.DictReader(io.StringIO(text, newline=""), restkey=_BEYOND, restval="", delimiter=mark)
        headings = {tidy_name(name).casefold(): name for name in table.fieldnames or () if name}
        columns = {
            meaning: next((headings[one] for one in known if one in headings), "")
            for meaning, known in _COLUMNS.items()
        }
        if not columns["name"] or not (columns["code"] or columns["old_code"]):
            hint = "its first line must name the columns code and name, such as mã định danh and tên cơ quan"
            raise UnreadableError("no directory of agencies", hint=hint)
        problems: list[Reason] = []
        entries = tuple(_row(line, columns, table.line_num, problems) for line in table)
    except (UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableError("no directory of agencies: {why}", hint="CSV in UTF-8", why=exc) from exc
    directory = AgencyDirectory(entries=entries)
    return AgencyDirectory(entries=entries, problems=(*problems, *_conflicts(directory), *_dead_ends(directory)))


def read_agencies(data: bytes) -> dict[str, Agency]:
    """The agencies of a directory by their identifiers, old and new, as the register wants them (danh mục cơ quan).

    ``id``, ``name`` and ``level`` are enough. A code that several bodies had one after the other is that of the latest.

    Raises:
        UnreadableError: No directory with levels; a line without one, or two with one code at once; the line is named.
    """
    directory = read_directory(data)
    if not any(entry.level for entry in directory.entries) and not _of_rule(directory, "level"):
        raise UnreadableError("no directory of agencies", hint="its first line must name the columns id, name, level")
    for fault in (*_of_rule(directory, "level"), *_of_rule(directory, "fields")):
        raise UnreadableError(fault.message, **fault.params)
    found: dict[str, Agency] = {}
    for entry in sorted(directory.entries, key=lambda one: one.valid_to or date.max):
        for code in entry.codes:
            _require_one(directory, entry, code)
            try:
                level = entry.level or agency_level("")
                found[code.value] = Agency(id=code.value, name=entry.name, level=level)
            except UsageError as exc:
                raise UnreadableError("line {line}: {why}", line=entry.line, why=exc) from exc
    return found


def named_in(directory: AgencyDirectory) -> dict[str, Agency]:
    """As :func:`read_agencies`, of those bodies of a directory of which it says name and level."""
    found: dict[str, Agency] = {}
    for entry in sorted(directory.entries, key=lambda one: one.valid_to or date.max):
        for code in entry.codes:
            with suppress(UsageError):  # a code that no document can bear, no name
                if entry.level is not None:
                    found[code.value] = Agency(id=code.value, name=entry.name, level=entry.level)
    return found


def _of_rule(directory: AgencyDirectory, rule: str) -> list[Reason]:
    return [one for one in directory.problems if one.rule == f"edxml.directory.{rule}"]


def _require_one(directory: AgencyDirectory, entry: AgencyEntry, code: OrganId) -> None:
    for other in directory.having(code):
        if _overlap(entry, other) and (other.name, other.level) != (entry.name, entry.level):
            raise UnreadableError(
                "line {line}: agency {id} comes twice, with another name or level",
                hint="keep the one that holds now",
                line=max(entry.line, other.line),
                id=code,
            )


def _row(row: dict[str, Any], columns: Mapping[str, str], line: int, problems: list[Reason]) -> AgencyEntry:
    """The entry of one row; what stands beyond the last heading is said, for nobody knows what it means."""
    if beyond := [one.strip() for one in row.pop(_BEYOND, ()) if one.strip()]:
        text = "line {line}: more fields than headings: {fields}; several successors are parted by |"
        problems.append(_problem("directory.fields", text, line, fields=", ".join(beyond)))
    return _entry({meaning: row.get(name) or "" for meaning, name in columns.items()}, line, problems)


def _entry(values: Mapping[str, str], line: int, problems: list[Reason]) -> AgencyEntry:
    name = tidy_name(values["name"])
    if name != values["name"].strip():
        problems.append(
            _problem("directory.name", "line {line}: invisible characters in the name {name}", line, name=name)
        )
    if not name:
        problems.append(_problem("directory.nameless", "line {line}: no name", line))
    codes = {key: _code(values[key], line, problems) for key in ("code", "old_code", "parent")}
    became = [_code(part, line, problems) for part in _SEVERAL.split(values["became"])]
    if codes["code"] is None and codes["old_code"] is None:
        problems.append(_problem("directory.codeless", "line {line}: no code", line))
    entry = AgencyEntry(
        name=name,
        code=codes["code"],
        old_code=codes["old_code"],
        valid_from=_day(values["valid_from"], line),
        valid_to=_day(values["valid_to"], line),
        became=tuple(code for code in became if code is not None),
        level=_level(values["level"], line, problems),
        parent=codes["parent"],
        kind=_kind(values["kind"], line, problems),
        line=line,
    )
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        problems.append(_problem("directory.period", "line {line}: ends before it begins", line))
    return entry


def _code(text: str, line: int, problems: list[Reason]) -> OrganId | None:
    code = OrganId(value=tidy_name(text))
    if not code.value:
        return None
    if code.syntax is OrganIdSyntax.UNKNOWN:
        problems.append(
            _problem("directory.syntax", "line {line}: agency code of no known form: {code}", line, code=code.value)
        )
    return code


def _level(text: str, line: int, problems: list[Reason]) -> AgencyLevel | None:
    try:
        return agency_level(text) if tidy_name(text) else None
    except UsageError:
        problems.append(_problem("directory.level", "line {line}: no such level: {level}", line, level=tidy_name(text)))
        return None


def _kind(text: str, line: int, problems: list[Reason]) -> AgencyKind | None:
    name = tidy_name(text).casefold()
    if not name:
        return None
    try:
        return _KINDS[name] if name in _KINDS else AgencyKind(name)
    except ValueError:
        problems.append(_problem("directory.kind", "line {line}: no such kind of body: {kind}", line, kind=name))
        return None


def _day(text: str, line: int) -> date | None:
    if not text.strip():
        return None
    try:
        return read_day(text.strip()).date()
    except UsageError as exc:
        raise UnreadableError("line {line}: {why}", line=line, why=exc) from exc


def _conflicts(directory: AgencyDirectory) -> Iterator[Reason]:
    """Codes that two entries had at once."""
    for code, entries in directory._by_code.items():
        for index, entry in enumerate(entries):
            other = next((one for one in entries[:index] if _overlap(one, entry)), None)
            if other is not None:
                text = "line {line}: code {code} is that of line {other} too, {name}"
                yield _problem(
                    "directory.repeated", text, entry.line, code=code, other=str(other.line), name=other.name
                )


def _overlap(one: AgencyEntry, other: AgencyEntry) -> bool:
    first, last = max(one.valid_from or date.min, other.valid_from or date.min), date.max
    return first <= min(one.valid_to or last, other.valid_to or last)


def _dead_ends(directory: AgencyDirectory) -> Iterator[Reason]:
    for entry in directory.entries:
        for code in entry.became:
            if not directory.having(code):
                text = "line {line}: became {code}, which the directory does not have"
                yield _problem("directory.successor", text, entry.line, code=code.value)


def _problem(rule: str, message: str, line: int, **params: str) -> Reason:
    return Reason(rule=f"edxml.{rule}", clause=_CLAUSE, message=message, params={"line": str(line), **params})
