"""The types of administrative document and their abbreviations (tên loại văn bản hành chính).

Decree 30/2020/NĐ-CP, article 7 and annex III: 29 types. Two have no abbreviation there; they get ``CV`` (công văn) and
``ThC`` (thư công) here, so that a count has a short key. Legal normative documents are another law's matter, but edXML
numbers them too (SĐ1:2022 of QCVN 102:2016/BTTTT, Circular 01/2022/TT-BTTTT).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from edocs.locale import DEFAULT_LANGUAGE
from edocs.model.unaccented import unaccented

__all__ = [
    "ADMINISTRATIVE_CODES",
    "DOCUMENT_TYPES",
    "NORMATIVE_CODES",
    "document_type",
    "type_code",
    "type_contradiction",
    "type_name",
]

DOCUMENT_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NQ": ("Nghị quyết", "Resolution"),
        "QĐ": ("Quyết định", "Decision"),
        "CT": ("Chỉ thị", "Directive"),
        "QC": ("Quy chế", "Regulation"),
        "QyĐ": ("Quy định", "Rules"),
        "TC": ("Thông cáo", "Communiqué"),
        "TB": ("Thông báo", "Notice"),
        "HD": ("Hướng dẫn", "Guidance"),
        "CTr": ("Chương trình", "Programme"),
        "KH": ("Kế hoạch", "Plan"),
        "PA": ("Phương án", "Scheme"),
        "ĐA": ("Đề án", "Proposal"),
        "DA": ("Dự án", "Project"),
        "BC": ("Báo cáo", "Report"),
        "BB": ("Biên bản", "Minutes"),
        "TTr": ("Tờ trình", "Submission"),
        "HĐ": ("Hợp đồng", "Contract"),
        "CĐ": ("Công điện", "Official telegram"),
        "BGN": ("Bản ghi nhớ", "Memorandum"),
        "BTT": ("Bản thỏa thuận", "Agreement"),
        "GUQ": ("Giấy ủy quyền", "Letter of authority"),
        "GM": ("Giấy mời", "Invitation"),
        "GGT": ("Giấy giới thiệu", "Letter of introduction"),
        "GNP": ("Giấy nghỉ phép", "Leave permit"),
        "PG": ("Phiếu gửi", "Dispatch slip"),
        "PC": ("Phiếu chuyển", "Transfer slip"),
        "PB": ("Phiếu báo", "Advice slip"),
        "CV": ("Công văn", "Official letter"),
        "ThC": ("Thư công", "Courtesy letter"),
    }
)
"""Abbreviation to the Vietnamese and the English name."""

NORMATIVE_CODES = (
    "Hiến pháp",
    "Luật",
    "Pháp lệnh",
    "Lệnh",
    "Nghị quyết",
    "Nghị quyết liên tịch",
    "Nghị định",
    "Quyết định",
    "Thông tư",
    "Thông tư liên tịch",
    "Chỉ thị",
    "Bộ luật",
    "Văn bản của chính quyền địa phương ở đơn vị hành chính - kinh tế đặc biệt",
)
"""Part A of SĐ1:2022: normative documents, in the order of their codes from 1."""
ADMINISTRATIVE_CODES = (
    "Nghị quyết",
    "Quyết định",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công văn",
    "Công điện",
    "Bản ghi nhớ",
    "Bản cam kết",
    "Bản thỏa thuận",
    "Giấy chứng nhận",
    "Giấy ủy quyền",
    "Giấy mời",
    "Giấy giới thiệu",
)
"""Part B: administrative documents, from 1 again. 10 to 17 follow Decree 30's order."""


def document_type(text: str) -> str:
    """The abbreviation for ``text``, itself an abbreviation or a Vietnamese name; what is neither stays as it is.

    Abbreviations are case-sensitive (``QyĐ``, ``CTr``), names are not, and may be without any diacritic.

    >>> document_type("quyết định"), document_type("TTr"), document_type("Bản tin"), document_type("CONG VAN")
    ('QĐ', 'TTr', 'Bản tin', 'CV')
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return text if text in DOCUMENT_TYPES else _BY_NAME.get(text.casefold(), text)


def type_name(code: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """The name of a type for people (tên loại văn bản).

    >>> type_name("QĐ", "vi"), type_name("QĐ"), type_name("Bản tin")
    ('Quyết định', 'Decision', 'Bản tin')
    """
    vietnamese, english = DOCUMENT_TYPES.get(code, (code, code))
    return vietnamese if lang == "vi" else english


def type_code(name: str) -> str:
    """The code of SĐ1:2022 for a type's name, administrative before normative; empty where it has none.

    >>> type_code("Công văn"), type_code("Thông tư"), type_code("Thư công")
    ('18', '9', '')
    """
    wanted = _plain(name)
    for table in _CODES:
        if wanted in table:
            return str(table.index(wanted) + 1)
    return ""


def type_contradiction(code: str, name: str) -> str:
    """What ``code`` stands for, where that is not ``name``; empty where they agree or the code says nothing.

    The name counts: senders use tables of their own, in which 1 is Công văn, Báo cáo or Thông tư.

    >>> type_contradiction("1", "Công văn"), type_contradiction("18", "công  văn"), type_contradiction("A1", "Công văn")
    ('Nghị quyết, Hiến pháp', '', '')
    """
    if not (code.isascii() and code.isdigit()) or len(code) > 3 or not name.strip():
        return ""
    place = int(code) - 1
    listed = [table[place] for table in (ADMINISTRATIVE_CODES, NORMATIVE_CODES) if 0 <= place < len(table)]
    return "" if _plain(name) in map(_plain, listed) else ", ".join(listed)


def _plain(name: str) -> str:
    """A name to compare: one form, one case, and without the remark that a decision concerns a single case."""
    text = " ".join(unicodedata.normalize("NFC", name).casefold().replace("(", " ").replace(")", " ").split())
    return text.removesuffix(" cá biệt")


_CODES = tuple([_plain(name) for name in table] for table in (ADMINISTRATIVE_CODES, NORMATIVE_CODES))
_BY_NAME = {
    form: code
    for code, (vietnamese, _) in DOCUMENT_TYPES.items()
    for form in (vietnamese.casefold(), unaccented(vietnamese))
}
