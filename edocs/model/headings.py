"""The head row of a register in a table: which column means what, however its heading is spelled.

Tiêu đề các cột của sổ đăng ký văn bản đi (Decree 30/2020/NĐ-CP, annex IV; annex VI for the fields). The spellings are
data; a province adds its own in a TOML file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from edocs.errors import UnreadableError, UsageError
from edocs.model.parsing import parse_fault
from edocs.model.unaccented import unaccented
from edocs.model.written import Cell, cell_text

__all__ = ["HEADINGS", "Column", "ColumnRules", "Head", "find_head", "read_column_rules"]


class Column(StrEnum):
    """What a column of a register means."""

    CODE = "code"
    """số, ký hiệu: number and symbol in one cell"""
    NUMBER = "number"
    SYMBOL = "symbol"
    DATE = "date"
    """date of issue"""
    TITLE = "title"
    """tên loại và trích yếu: type and subject in one cell"""
    TYPE = "type"
    SUBJECT = "subject"
    AGENCY = "agency"
    """mã định danh"""
    AGENCY_NAME = "agency_name"
    LEVEL = "level"
    SECRECY = "secrecy"
    YEAR = "year"
    """năm: the book's year"""
    SHA256 = "sha256"
    OTHER = "other"
    """known, and not kept by the register: signer, recipients, copies, receipt, notes"""


HEADINGS: Mapping[Column, tuple[str, ...]] = MappingProxyType(
    {
        Column.CODE: (
            "Số, ký hiệu", "Số/ký hiệu", "Số và ký hiệu", "Số, ký hiệu văn bản", "Số ký hiệu VB", "Số hiệu",
            "Số hiệu văn bản", "Số văn bản", "Số VB", "Số, kí hiệu", "Số và kí hiệu", "Số, kí hiệu văn bản",
            "Số ký hiệu văn bản đi", "code",
        ),
        Column.NUMBER: ("Số", "Số đi", "Số thứ tự văn bản", "Số văn bản đi", "Số VB đi", "Số đăng ký", "number"),
        Column.SYMBOL: ("Ký hiệu", "Kí hiệu", "Ký hiệu văn bản", "Kí hiệu văn bản", "symbol"),
        Column.DATE: (
            "Ngày tháng", "Ngày, tháng, năm", "Ngày tháng văn bản", "Ngày tháng năm văn bản", "Ngày tháng VB",
            "Ngày văn bản", "Ngày VB", "Ngày ban hành", "Ngày tháng ban hành", "Ngày tháng năm ban hành",
            "Thời gian ban hành", "Ngày phát hành", "Ngày ký", "date",
        ),
        Column.TITLE: (
            "Tên loại và trích yếu nội dung văn bản", "Tên loại và trích yếu nội dung", "Tên loại và trích yếu",
            "Tên loại, trích yếu", "Tên loại, trích yếu nội dung", "Tên loại, trích yếu nội dung văn bản",
            "Tên loại và trích yếu nội dung VB", "title",
        ),
        Column.TYPE: (
            "Loại văn bản", "Loại VB", "Tên loại", "Tên loại văn bản", "Loại", "Hình thức văn bản", "Thể loại", "type",
        ),
        Column.SUBJECT: (
            "Trích yếu", "Trích yếu nội dung", "Trích yếu nội dung văn bản", "Trích yếu văn bản", "Nội dung",
            "Nội dung trích yếu", "Nội dung văn bản", "Về việc", "subject",
        ),
        Column.AGENCY: (
            "Mã định danh", "Mã cơ quan", "Mã đơn vị", "Mã định danh cơ quan", "Mã định danh đơn vị",
            "Mã định danh cơ quan ban hành", "OrganId", "agency",
        ),
        Column.AGENCY_NAME: (
            "Đơn vị ban hành", "Cơ quan ban hành", "Tên cơ quan", "Tên cơ quan, tổ chức", "Cơ quan, tổ chức ban hành",
            "Cơ quan, đơn vị ban hành", "Nơi ban hành", "OrganName", "agency_name",
        ),
        Column.LEVEL: ("Cấp", "Cấp cơ quan", "Cấp ban hành", "level"),
        Column.SECRECY: ("Độ mật", "Mức độ mật", "secrecy"),
        Column.YEAR: ("Năm", "Năm sổ", "Sổ năm", "year"),
        Column.SHA256: ("SHA-256", "Mã băm", "sha256"),
        Column.OTHER: (
            "STT", "Số TT", "TT", "Số thứ tự", "Người ký", "Người ký văn bản", "Chức vụ", "Chức vụ người ký",
            "Nơi nhận", "Nơi nhận văn bản", "Đơn vị nhận", "Đơn vị, người nhận bản lưu", "Người nhận bản lưu",
            "Đơn vị lưu", "Số lượng bản", "Số bản", "Số trang", "Số tờ", "Ngày chuyển", "Ngày gửi", "Ký nhận",
            "Ghi chú", "Độ khẩn", "Mức độ khẩn", "Người soạn thảo", "Đơn vị soạn thảo", "Lĩnh vực", "Hạn trả lời",
            "Người ký nhận", "Số phụ lục", "Tệp đính kèm", "File đính kèm",
        ),
    }
)  # fmt: skip
"""Each meaning to the headings it is known under. Case, punctuation, ``và`` and numbers in brackets do not matter."""

_HEAD_WITHIN = 50
"""In how many first rows the head is looked for."""
_LONGEST = 200
"""Of a heading, in characters; what is longer is a cell of text."""
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"\([0-9]+\)")
_UNSAID = {"và", "va", "&"}
_FILLABLE = (Column.DATE, Column.SYMBOL, Column.TYPE, Column.AGENCY, Column.AGENCY_NAME, Column.SECRECY)
_DEFAULTS = (Column.SYMBOL, Column.TYPE, Column.SECRECY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRules:
    """What a province's own file says of its tables; without one, the headings above alone."""

    headings: Mapping[Column, tuple[str, ...]] = field(default_factory=lambda: HEADINGS)
    defaults: Mapping[Column, str] = field(default_factory=lambda: MappingProxyType({}))
    """For cells that are empty, or columns that are not there."""
    fill_down: frozenset[Column] = frozenset()
    """Columns in which an empty cell, or a ditto mark, means what stands above it."""
    _by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        plain = [(_plain(name), column) for column, names in self.headings.items() for name in names]
        plainer = {unaccented(name): column for name, column in reversed(plain)}
        object.__setattr__(self, "_by_name", {**plainer, **dict(reversed(plain))})

    def meaning(self, cell: Cell) -> Column | None:
        """What a heading means; None: it is none that is known."""
        return self._by_name.get(_plain(cell_text(cell))) if isinstance(cell, str) and len(cell) <= _LONGEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A head row that was found."""

    places: Mapping[Column, int]
    """Where each column is, from 0."""
    names: Mapping[int, str]
    """The heading of each column that has one."""
    skipped: int = 0
    """Rows above it."""
    height: int = 1
    """Rows it takes: 2 where headings stand under a common one."""

    @property
    def is_complete(self) -> bool:
        """Whether it has what no document can do without: a number and a date."""
        return (Column.CODE in self.places or Column.NUMBER in self.places) and Column.DATE in self.places

    def cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        """The cell of a row in a column; None where there is none."""
        place = self.places.get(column)
        return cells[place] if place is not None and place < len(cells) else None


def find_head(rows: Sequence[Sequence[Cell]], rules: ColumnRules) -> Head | None:
    """The head among the first rows of a table: the first that has number and date, or two that have them together.

    Raises:
        UnreadableError: Two of its columns mean the same.
    """
    for skipped, row in enumerate(rows[:_HEAD_WITHIN]):
        for height in (1, 2):
            if skipped + height > len(rows) or (height > 1 and not any(map(rules.meaning, row))):
                continue
            names = row if height == 1 else _joined(row, rows[skipped + 1])
            found = _head(names, rules, skipped, height)
            if found is not None and found.is_complete:
                return _widened(found, rows, rules)
    return None


def read_column_rules(data: bytes) -> ColumnRules:
    """A file of ``[columns]`` (meaning = heading or list), ``[defaults]`` and ``[fill]`` (``down = […]``), in TOML.

    Raises:
        UnreadableError: Not TOML in UTF-8.
        UsageError: A name in it is unknown, or a value has the wrong form.
    """
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as exc:  # UnicodeDecodeError and TOMLDecodeError are ones
        raise UnreadableError("no file of columns: {why}", hint="TOML in UTF-8", why=parse_fault(exc)) from exc
    for name in table:
        _known(name, ("columns", "defaults", "fill"))
    own = {_column(name, tuple(Column)): _texts(value, name) for name, value in _section(table, "columns").items()}
    defaults = {_column(name, _DEFAULTS): _texts(value, name)[0] for name, value in _section(table, "defaults").items()}
    fill = _section(table, "fill")
    for name in fill:
        _known(name, ("down",))
    down = _texts(fill["down"], "down") if "down" in fill else ()
    taken = {_plain(heading) for headings in own.values() for heading in headings}
    kept = {column: tuple(one for one in names if _plain(one) not in taken) for column, names in HEADINGS.items()}
    return ColumnRules(
        headings=MappingProxyType({**kept, **own}),
        defaults=MappingProxyType(defaults),
        fill_down=frozenset(_column(name, _FILLABLE) for name in down),
    )


def _head(cells: Sequence[Cell], rules: ColumnRules, skipped: int, height: int) -> Head | None:
    """The head that these cells make; None where they name no column, or in joined rows two columns for one meaning."""
    places: dict[Column, int] = {}
    twice: list[tuple[Column, int, int]] = []
    names = {place: cell_text(cell) for place, cell in enumerate(cells) if cell_text(cell)}
    for place in names:
        meaning = rules.meaning(cells[place])
        if meaning is None or meaning is Column.OTHER:
            continue
        if meaning in places:
            twice.append((meaning, places[meaning], place))
        places.setdefault(meaning, place)
    head = Head(places=places, names=names, skipped=skipped, height=height)
    if twice and height == 1 and head.is_complete:
        meaning, one, other = twice[0]
        raise UnreadableError(
            "two columns mean {meaning}: {one}, {other}",
            hint="say which with --columns: {meaning} under [columns]",
            meaning=meaning.value,
            one=names[one],
            other=names[other],
        )
    return head if places and not twice else None


def _widened(head: Head, rows: Sequence[Sequence[Cell]], rules: ColumnRules) -> Head:
    """The head with what stands under it, where the next row names more columns (``Văn bản`` over ``Loại``)."""
    after = head.skipped + head.height
    if head.height > 1 or after >= len(rows) or not any(map(rules.meaning, rows[after])):
        return head
    wider = _head(_joined(rows[head.skipped], rows[after]), rules, head.skipped, 2)
    return wider if wider is not None and len(wider.places) > len(head.places) else head


def _joined(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[Cell]:
    width = max(len(upper), len(lower))
    pairs = zip([*upper, *[None] * (width - len(upper))], [*lower, *[None] * (width - len(lower))], strict=True)
    return [below if cell_text(below) else above for above, below in pairs]


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    # "(2)" numbers the column; a bare number stays: "ngày 05 tháng 3" is a date and no heading.
    words = [word for word in _WORD.findall(_NUMBERED.sub(" ", text.casefold())) if word not in _UNSAID]
    return " ".join("văn bản" if word == "vb" else word for word in words)


def _section(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise UsageError("{name} is no section", hint="[{name}]", name=name)
    return section


def _texts(value: object, name: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one.strip() for one in values):
        raise UsageError("{name} takes a text, or a list of texts", name=name)
    return tuple(values)


def _column(name: str, among: Sequence[Column]) -> Column:
    _known(name, [column.value for column in among])
    return Column(name)


def _known(name: str, among: Sequence[str]) -> None:
    if name not in among:
        near = get_close_matches(name, among) or among
        raise UsageError("not known in a file of columns: {name}", hint="{near}?", name=name, near=", ".join(near))
