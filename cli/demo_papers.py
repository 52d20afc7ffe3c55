"""What the demo works on: a letter with its appendix, what a forger makes of them, and the clerk's lists.

Nothing here signs, verifies or counts for the commands; the plan's own counts are there to be compared with theirs.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from edocs._files import read_file, write_file
from edocs._pdf.fonts import FontStyle
from edocs.errors import UnreadableError
from edocs.model import HANOI, DocumentCode, Facet, Indicator, Secrecy
from edocs.testing import (
    Letter,
    PlannedDocument,
    SampleAgency,
    SigningCase,
    flip_byte,
    forge_pdf,
    letter_places,
    planned_standing,
    sample_agencies,
    sample_letter,
    sample_seal_png,
    sample_signature_png,
)
from edocs.testing.typeset import DocumentInfo, Font, Typesetter

from .exchanging import manifest_path

__all__ = ["Papers", "audit_code", "compare_figures", "write_register_lines"]

_NUMBER, _SYMBOL = 125, "UBND-VP"
_DEMANDED = "phải có chữ ký số của người có thẩm quyền và chữ ký số của cơ quan"
_FORGED = "không cần chữ ký số của người có thẩm quyền, chỉ cần chữ ký số của cơ quan"
_ROWS = (
    "Tổng số văn bản đi trong tháng",
    "Số văn bản có chữ ký số của người có thẩm quyền",
    "Số văn bản có chữ ký số của cơ quan",
    "Số văn bản có đủ hai chữ ký số, đúng thứ tự",
    "Số văn bản thuộc danh mục bí mật nhà nước (không tính)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The letter of the demo and its files in ``folder``."""

    folder: Path
    now: datetime
    """Aware; the letter is of this day."""

    @property
    def agency(self) -> SampleAgency:
        """Who issues it."""
        return sample_agencies()[0]

    @property
    def receiver(self) -> SampleAgency:
        """To whom it is sent."""
        return sample_agencies()[1]

    @property
    def letter(self) -> Letter:
        """What it says."""
        return Letter(symbol=_SYMBOL, created_at=self.now - timedelta(hours=2))

    @property
    def code(self) -> DocumentCode:
        """Under which number and date it is issued."""
        return DocumentCode(number=_NUMBER, issued_on=self.now, symbol=_SYMBOL)

    @property
    def day(self) -> str:
        """Its date, ISO 8601."""
        return self.now.astimezone(HANOI).date().isoformat()

    @property
    def signature_place(self) -> str:
        """Where its signature belongs, as ``--at`` takes it."""
        box = letter_places(self.letter).signature
        numbers = (box.left_mm, box.top_mm, box.width_mm, box.height_mm)
        return ",".join([str(box.page), *(f"{number:g}" for number in numbers)])

    @property
    def texts(self) -> tuple[str, str]:
        """What page 1 demands, and what the forgery says instead."""
        return _DEMANDED, _FORGED

    def write(self) -> None:
        """The drafts, the pictures, the description for packing and the directory of agencies."""
        self._put("letter.pdf", sample_letter(self.letter))
        self._put("appendix.pdf", self._appendix())
        self._put("signature.png", sample_signature_png(self.letter.signer))
        self._put("seal.png", sample_seal_png(self.letter.agency))
        self._put("meta.toml", self._meta().encode())
        table = io.StringIO()
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(("id", "name", "level"))
        rows.writerows((one.agency.id, one.agency.name, one.agency.level.value) for one in sample_agencies())
        self._put("agencies.csv", table.getvalue().encode())

    def write_forgeries(self) -> None:
        """A copy whose first page was rewritten after signing, and one in which a single bit is another."""
        issued = read_file(self.folder / "letter.issued.pdf")
        body = tuple(text.replace(_DEMANDED, _FORGED) for text in self.letter.body)
        self._put("letter.forged.pdf", forge_pdf(issued, sample_letter(replace(self.letter, body=body))))
        self._put("letter.flipped.pdf", flip_byte(issued, issued.index(b"stream\n") + 1000))

    def write_changed_message(self) -> None:
        """The message with the forged letter in place of the real one; its manifest is as it was."""
        envelope, changed = self.folder / "message.edxml", self.folder / "changed.edxml"
        real, forged = (
            base64.b64encode(read_file(self.folder / name)) for name in ("letter.issued.pdf", "letter.forged.pdf")
        )
        data = read_file(envelope)
        if data.count(real) != 1:
            raise UnreadableError("the letter is not in the message: {path}", path=envelope)
        write_file(changed, data.replace(real, forged))
        write_file(manifest_path(changed), read_file(manifest_path(envelope)))

    def _put(self, name: str, data: bytes) -> None:
        write_file(self.folder / name, data)

    def _appendix(self) -> bytes:
        sheet = Typesetter()
        sheet.new_page()
        sheet.centred(112.5, 30, "Phụ lục", Font(FontStyle.BOLD, 14))
        sheet.centred(112.5, 38, "BIỂU MẪU BÁO CÁO KẾT QUẢ KÝ SỐ VĂN BẢN ĐIỆN TỬ", Font(FontStyle.BOLD, 13))
        # Blank, as annex I.III.1c wants it of electronic documents: the agency's signature says which document it is.
        given = "(Kèm theo Công văn số ……/…… ngày …… tháng …… năm ……"
        sheet.centred(112.5, 46, given, Font(FontStyle.ITALIC, 13))
        sheet.centred(112.5, 52, f"của {self.letter.agency})", Font(FontStyle.ITALIC, 13))
        for index, text in enumerate(_ROWS, 1):
            sheet.text(30, 62 + 10 * index, f"{index}. {text}: …………", Font(FontStyle.REGULAR, 14))
        info = DocumentInfo(title="Phụ lục", author=self.letter.agency, created_at=self.letter.created_at)
        return sheet.finish(info)

    def _meta(self) -> str:
        letter, agency, receiver = self.letter, self.agency.agency, self.receiver.agency
        # TOML's basic strings have JSON's escapes.
        quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in _meta_texts(self).items()}
        return (
            f'[from]\nid = "{agency.id}"\nname = {quoted["sender"]}\n\n'
            f'[[to]]\nid = "{receiver.id}"\nname = {quoted["receiver"]}\n\n'
            f'[document]\nnumber = {_NUMBER}\nnotation = "{_SYMBOL}"\nplace = {quoted["place"]}\ndate = {self.day}\n'
            f'type = "Công văn"\nsubject = {quoted["subject"]}\nsphere = "Văn thư, lưu trữ"\n'
            f'typist = "Văn thư cơ quan"\ncopies = 1\npages = 2\nappendixes = ["Biểu mẫu báo cáo"]\n\n'
            f'[signer]\nname = {quoted["signer"]}\nposition = "Chủ tịch"\ncompetence = "{letter.authority[:2]}"\n'
        )


def _meta_texts(papers: Papers) -> dict[str, str]:
    return {
        "sender": papers.agency.agency.name,
        "receiver": papers.receiver.agency.name,
        "place": papers.letter.place,
        "subject": papers.letter.subject,
        "signer": papers.letter.signer,
    }


def write_register_lines(plan: Sequence[PlannedDocument], audit: Path, target: Path) -> int:
    """Join the agencies' lists with the audit's findings, as a document system would; how many lines."""
    found = {}
    for line in read_file(audit).splitlines():
        verification = json.loads(line)
        found[Path(verification["path"]).stem] = verification
    lines = [
        json.dumps({**_registration(planned), "verification": found[planned.stem]}, ensure_ascii=False)
        for planned in plan
    ]
    write_file(target, "".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def audit_code(plan: Sequence[PlannedDocument]) -> int:
    """The exit code of an audit of all of them: of 1 (failed), 3 (indeterminate, not signed) and 0 the first."""
    cases = {planned.case for planned in plan}
    if SigningCase.MANIPULATED in cases:
        return 1
    return 3 if cases & {SigningCase.NONE, SigningCase.EXPIRED} else 0


def compare_figures(plan: Sequence[PlannedDocument], report: Path) -> Iterator[tuple[dict[str, str], bool]]:
    """Each row of a report, and whether its counts are those of the plan.

    The plan's counts come from the signing cases alone; neither the register nor a verification is asked.
    """
    value = json.loads(read_file(report))
    yield {}, _figures(value["total"]) == _planned_figures(plan)
    for section in value["sections"]:
        for row in section["rows"]:
            own = [planned for planned in plan if _belongs(planned, row["group"])]
            yield row["group"], _figures(row) == _planned_figures(own)


def _registration(planned: PlannedDocument) -> dict[str, object]:
    return {
        "agency": planned.agency.agency.id,
        "number": planned.code.number,
        "symbol": planned.code.symbol,
        "date": planned.code.issued_on.astimezone(HANOI).date().isoformat(),
        "type": planned.type,
        "subject": planned.subject,
        "secrecy": planned.secrecy.value,
    }


def _belongs(planned: PlannedDocument, group: dict[str, str]) -> bool:
    values = {
        Facet.AGENCY.value: planned.agency.agency.id,
        Facet.LEVEL.value: planned.agency.agency.level.value,
        Facet.MONTH.value: planned.code.issued_on.astimezone(HANOI).strftime("%Y-%m"),
        Facet.TYPE.value: planned.type,
    }
    return all(values[facet] == value for facet, value in group.items())


def _planned_figures(plan: Sequence[PlannedDocument]) -> dict[str, int]:
    counted = [planned for planned in plan if planned.secrecy is Secrecy.NONE]
    figures = Counter({"documents": len(plan), "base": len(counted)})
    for planned in counted:
        for indicator in Indicator:
            figures[f"{indicator.value}.{planned_standing(planned.case, indicator).value}"] += 1
    return {name: count for name, count in figures.items() if count}


def _figures(row: dict[str, object]) -> dict[str, int]:
    figures = {"documents": row["documents"], "base": row["base"]}
    indicators = row["indicators"]
    assert isinstance(indicators, dict)  # noqa: S101 - the contract edocs.report/1
    for indicator, buckets in indicators.items():
        for standing, count in buckets.items():
            if "percent" not in standing and standing != "attempted":
                figures[f"{indicator}.{standing}"] = count
    return {name: count for name, count in figures.items() if isinstance(count, int) and count}
