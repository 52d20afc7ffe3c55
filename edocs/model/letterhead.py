"""Who reports to whom: what the formal report needs to say besides its figures (thể thức văn bản).

Decree 30/2020/NĐ-CP, annex I, part I, section II. A table in TOML, or what follows from the name of the agency: the
clerk's number and the date are left blank in any case.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields

from edocs.errors import UnreadableError, UsageError
from edocs.model.register import Agency, AgencyLevel, tidy_name

__all__ = ["SCHEMA", "Letterhead", "default_letterhead", "letterhead_of", "read_letterhead"]

SCHEMA = "edocs.letterhead/1"
_PEOPLE = "Ủy ban nhân dân"
_LONGEST = 300
_PLACE = re.compile(r".*\b(?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|thị trấn|đặc khu) (?P<name>.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The parts of a report's layout that are not its content."""

    agency: str
    """Box 2: who issues it (tên cơ quan, tổ chức ban hành)."""
    superior: str = ""
    """Box 2, above it (cơ quan, tổ chức chủ quản trực tiếp)."""
    place: str
    """Box 4: before the date (địa danh)."""
    symbol: str
    """Box 3: after the number and its slash, such as ``BC-UBND``."""
    to: tuple[str, ...] = ()
    """Box 9a (Kính gửi); none: the box is left out."""
    authority: str = ""
    """Box 7a (quyền hạn), such as ``TM. ỦY BAN NHÂN DÂN``; a line a line."""
    position: str = "THỦ TRƯỞNG"
    """Box 7a, last line (chức vụ)."""
    signer: str = ""
    """Box 7b (họ và tên); may stay empty."""
    copies: tuple[str, ...] = ()
    """Box 9b (Nơi nhận), without its last line."""
    filed: str = "VT"
    """Box 9b, after ``Lưu:``."""
    subject: str = ""
    """Box 5a (trích yếu); empty: what the report is about, with its period."""


def letterhead_of(agency: Agency) -> Letterhead:
    """What follows from an agency's name alone.

    >>> made = letterhead_of(Agency(id="H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE))
    >>> made.symbol, made.place, made.position
    ('BC-UBND', 'Lam Giang', 'CHỦ TỊCH')
    """
    found = _PLACE.fullmatch(agency.name)
    own = agency.name[: found.start("name")] if found else agency.name
    is_committee = _is_committee(agency)
    initials = "".join(word[0] for word in own.split()[: None if not found else -1]).upper()
    return Letterhead(
        agency=agency.name,
        place=found["name"] if found else "",
        symbol=f"BC-{'UBND' if is_committee else initials or 'VP'}",
        authority=f"TM. {_PEOPLE}".upper() if is_committee else "",
        position="CHỦ TỊCH" if is_committee else "GIÁM ĐỐC" if own.startswith("Sở ") else "THỦ TRƯỞNG",
    )


def default_letterhead(agencies: Mapping[str, Agency]) -> Letterhead:
    """That of the highest body in a register: the province before a commune, and of several the first by its id."""
    order = list(AgencyLevel)
    found = sorted(
        agencies.values(), key=lambda agency: (order.index(agency.level), not _is_committee(agency), agency.id)
    )
    return letterhead_of(found[0]) if found else Letterhead(agency="", place="", symbol="BC-VP")


def read_letterhead(data: bytes, default: Letterhead) -> Letterhead:
    """``default`` with what a TOML file says instead: its keys are the fields of :class:`Letterhead`.

    Raises:
        UnreadableError: No such file: not TOML, or a key or a value that is none.
    """
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
        if table.pop("schema", SCHEMA) != SCHEMA:
            raise UnreadableError("no letterhead: {why}", hint="TOML, see docs/registry.md", why="schema")
        known = {field.name: getattr(default, field.name) for field in fields(Letterhead)}
        if unknown := sorted(set(table) - set(known)):
            names = ", ".join(unknown)
            raise UsageError("unknown fields: {names}", hint="one of {known}", names=names, known=", ".join(known))
        return Letterhead(**{**known, **{name: _value(name, value, known) for name, value in table.items()}})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise UnreadableError("no letterhead: {why}", hint="TOML, see docs/registry.md", why=exc) from exc
    except UsageError as exc:
        raise UnreadableError("no letterhead: {why}", hint="TOML, see docs/registry.md", why=exc) from exc


def _is_committee(agency: Agency) -> bool:
    return agency.name.startswith(_PEOPLE)


def _value(name: str, value: object, known: Mapping[str, object]) -> str | tuple[str, ...]:
    if isinstance(known[name], tuple):
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(_text(name, item) for item in value)
        raise UsageError("not a list of texts: {name}", name=name)
    if not isinstance(value, str):
        raise UsageError("not a text: {name}", name=name)
    lines = [_text(name, line) for line in value.splitlines()]
    return "\n".join(lines) if name == "authority" else " ".join(lines)


def _text(name: str, text: str) -> str:
    tidy = tidy_name(text)
    if len(tidy) > _LONGEST:
        raise UsageError("too long for its place: {name}", name=name)
    return tidy
