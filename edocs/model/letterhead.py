"""Who reports to whom: what the formal report needs to say besides its figures (thể thức văn bản).

Decree 30/2020/NĐ-CP, annex I, part I, section II. A table in TOML, or what follows from the name of the agency: the
clerk's number and the date are left blank in any case.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from edocs.errors import UnreadableError, UsageError
from edocs.model.register import Agency, AgencyLevel, tidy_name

__all__ = ["SCHEMA", "Letterhead", "default_letterhead", "letterhead_of", "read_letterhead"]

SCHEMA = "edocs.letterhead/1"
_PEOPLE, _COUNCIL = "Ủy ban nhân dân", "Hội đồng nhân dân"
_BODIES = {"UBND": _PEOPLE, "UỶ BAN NHÂN DÂN": _PEOPLE, "HĐND": _COUNCIL, "VP": "Văn phòng", "BQL": "Ban Quản lý"}
"""What names of bodies begin with, as offices write it (viết tắt); ``Uỷ`` is the older place of the tone."""
_PLACES = {"TP": "thành phố", "TX": "thị xã", "TT": "thị trấn", "P": "phường", "Q": "quận", "H": "huyện", "X": "xã"}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_HEADS = {
    "Sở": "GIÁM ĐỐC",
    "Trung tâm": "GIÁM ĐỐC",
    "Văn phòng": "CHÁNH VĂN PHÒNG",
    "Ban": "TRƯỞNG BAN",
    "Phòng": "TRƯỞNG PHÒNG",
}
"""The position of who heads a body, by what its name begins with."""
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
    name = _in_full(agency.name)
    found = _PLACE.fullmatch(name)
    own = name[: found.start("name")] if found else name
    collective = next((body for body in (_PEOPLE, _COUNCIL) if own.startswith(body)), "")
    head = next((position for body, position in _HEADS.items() if own.startswith(f"{body} ")), "THỦ TRƯỞNG")
    words = collective.split() or own.split()[: -1 if found else None]
    return Letterhead(
        agency=name,
        place=found["name"] if found else "",
        symbol=f"BC-{_initials(words) or 'VP'}",
        authority=f"TM. {collective}".upper() if collective else "",
        position="CHỦ TỊCH" if collective else head,
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
    return _in_full(agency.name).startswith(_PEOPLE)


def _initials(words: Sequence[str]) -> str:
    """Without the marks of their tones: ``Ủy ban nhân dân`` is ``UBND``."""
    letters = unicodedata.normalize("NFD", "".join(word[0] for word in words).upper())
    return unicodedata.normalize("NFC", "".join(one for one in letters if one not in _TONES))


def _in_full(name: str) -> str:
    """A name whose usual abbreviations are written out: of a body at its beginning, then of the kind of its place.

    Source: Decree 30/2020/NĐ-CP, annex I, part I, II.2: the name of who issues it is the official one, in full.
    """
    done, rest = list[str](), name
    while found := next((one for one in _BODIES if _begins(rest, one)), None):
        done.append(_BODIES[found])
        rest = rest[_begins(rest, found) :].lstrip()
    if done and (kind := next((one for one in _PLACES if _begins(rest, one)), None)):
        done.append(_PLACES[kind])
        rest = rest[_begins(rest, kind) :].lstrip()
    return " ".join([*done, rest]).strip()


def _begins(name: str, short: str) -> int:
    """How long ``short`` is at the beginning of ``name``, with points or without; 0: it does not begin so."""
    found = re.match(r"\.?".join(map(re.escape, short)) + r"(?:\.\s*|\s+|$)", name, re.IGNORECASE)
    return found.end() if found else 0


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
