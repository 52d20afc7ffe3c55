"""Invented messages for the tests of edXML: nobody and nothing in them exists."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from edocs.exchange import pack, read_meta
from edocs.model import HANOI, OutgoingDocument, OutgoingFile, Packed

SAMPLES = Path(__file__).parents[2] / "shared" / "edxml"
"""Official examples, which are not part of the project."""

NOW = datetime(2026, 3, 5, 16, 30, tzinfo=HANOI)

META = """
[from]
id = "000.00.00.H99"
name = "Ủy ban nhân dân tỉnh Lam Giang"
in_charge = "Ủy ban nhân dân tỉnh Lam Giang"
address = "Số 1 đường Bờ Sông, Lam Giang"
email = "vanthu@lamgiang.example"
telephone = "0200 000 001"
fax = "0200 000 002"
website = "lamgiang.example"

[[to]]
id = "H99.13"
name = "Sở Nội vụ tỉnh Lam Giang"

[document]
number = 7
notation = "UBND-VP"
date = 2026-03-05
place = "Lam Giang"
type = "Công văn"
subject = "V/v gửi, nhận văn bản điện tử"
content = "Về việc gửi, nhận văn bản điện tử giữa các cơ quan"
due_date = 2026-03-20
sphere = "Hành chính"
typist = "NVA"
copies = 2
pages = 3
appendixes = ["Phụ lục I"]
steering = 1
to_places = ["Như trên", "Lưu: VT"]

[signer]
competence = "TM. ỦY BAN NHÂN DÂN"
position = "Chủ tịch"
name = "Nguyễn Văn An"

[staff]
department = "Văn phòng"
name = "Trần Thị Bình"
email = "binh@lamgiang.example"
mobile = "0900000000"

[business]
kind = "new"
reason = "Văn bản điện tử mới"
document_id = "000.00.00.H99,2026/03/05,07/UBND-VP"
"""


def meta(*changes: tuple[str, str]) -> OutgoingDocument:
    """The invented document, with texts of its description replaced."""
    text = META
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_meta(text.encode())


def packed(*files: tuple[str, bytes]) -> Packed:
    """The invented document with ``files``; by default one Word file."""
    chosen = files or (("báo cáo.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 body"),)
    return pack(meta(), [OutgoingFile(name=name, data=data) for name, data in chosen], now=NOW)
