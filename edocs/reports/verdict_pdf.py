"""The verdict on one or more files as a PDF that a clerk can file: A4, Times-metric, as many pages as it takes.

Báo cáo xác thực. It shows what was found and decides nothing. The PDF is not signed here: ``edocs sign`` does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from edocs._pdf.fonts import FontStyle
from edocs._pdf.sheet import Ink, Sheet, bind, broken, width_mm
from edocs.locale import translate
from edocs.model import Reason, SignatureReport, Verdict, VerificationReport
from edocs.model.times import clock_text

from .verdict_words import EFFECTS, ROLES, VERDICTS, evidence_lines, signature_items

__all__ = ["verdict_pdf"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 30.0, 195.0, 22.0, 276.0
_VALUES = 88.0
"""Where the second column begins."""
_LEADING_MM = 0.46
"""For every point of type size."""
_TEXT = Ink(size_pt=11.5)
_BOLD = Ink(style=FontStyle.BOLD, size_pt=11.5)
_SMALL = Ink(size_pt=9.5, colour=(0.3, 0.35, 0.4))
_GREY = (0.75, 0.78, 0.82)
_HUES = {
    Verdict.TOTAL_PASSED: (0.04, 0.42, 0.23),
    Verdict.TOTAL_FAILED: (0.64, 0.15, 0.11),
    Verdict.UNREADABLE: (0.64, 0.15, 0.11),
    Verdict.INDETERMINATE: (0.54, 0.35, 0.0),
    Verdict.NOT_SIGNED: (0.36, 0.41, 0.45),
}


def verdict_pdf(reports: Sequence[VerificationReport], lang: str, verified_at: datetime) -> bytes:
    """The report, PDF.

    Báo cáo xác thực chữ ký số.

    Args:
        verified_at: Aware.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.
    """
    title = translate("Verification of digital signatures", lang)
    roll = _Roll()
    roll.centred(title.upper(), Ink(style=FontStyle.BOLD, size_pt=14))
    roll.centred(f"{translate('Verified at', lang)} {clock_text(verified_at)}", _SMALL)
    for report in reports:
        _file(roll, report, lang)
    return bind(roll.numbered(), title, "vi-VN" if lang == "vi" else "en")


@dataclass(slots=True)
class _Roll:
    """Sheets that follow each other as they fill."""

    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    y: float = _TOP

    def need(self, height: float) -> None:
        """Begin a new sheet where ``height`` mm are not left."""
        if self.y + height > _BOTTOM:
            self.sheets.append(Sheet())
            self.y = _TOP

    def space(self, height: float) -> None:
        self.y += height

    def line(self, text: str, ink: Ink, x: float = _LEFT) -> None:
        self.need(ink.size_pt * _LEADING_MM)
        self.y += ink.size_pt * _LEADING_MM
        self.sheets[-1].text(x, self.y, text, ink)

    def paragraph(self, text: str, ink: Ink, x: float = _LEFT) -> None:
        for part in broken(text, ink, _RIGHT - x):
            self.line(part, ink, x)

    def centred(self, text: str, ink: Ink) -> None:
        self.line(text, ink, (_LEFT + _RIGHT - width_mm(text, ink)) / 2)

    def pair(self, label: str, value: str) -> None:
        """A label, and its value beside it."""
        lines = broken(value, _TEXT, _RIGHT - _VALUES) or [""]
        names = broken(label, _TEXT, _VALUES - _LEFT - 3)
        self.need(_TEXT.size_pt * _LEADING_MM * max(len(lines), len(names)))
        for index in range(max(len(lines), len(names))):
            self.y += _TEXT.size_pt * _LEADING_MM
            if index < len(names):
                self.sheets[-1].text(_LEFT, self.y, names[index], Ink(size_pt=_TEXT.size_pt, colour=_SMALL.colour))
            if index < len(lines):
                self.sheets[-1].text(_VALUES, self.y, lines[index], _TEXT)

    def rule(self) -> None:
        self.space(3)
        self.sheets[-1].rule((_LEFT, self.y), (_RIGHT, self.y), Ink(colour=_GREY), 0.6)
        self.space(1)

    def numbered(self) -> Sequence[Sheet]:
        """The sheets; page numbers from the second on, in the middle of the top (Decree 30, annex I.I.7)."""
        for number, sheet in enumerate(self.sheets[1:], start=2):
            sheet.centred(105.0, 14.0, str(number), _TEXT)
        return self.sheets


def _file(roll: _Roll, report: VerificationReport, lang: str) -> None:
    roll.need(45)
    roll.space(4)
    roll.rule()
    hue = Ink(style=FontStyle.BOLD, size_pt=13, colour=_HUES[report.verdict])
    roll.paragraph(f"{translate(VERDICTS[report.verdict], lang).upper()} ({report.verdict.value})", hue)
    roll.paragraph(PurePath(report.path).name or "-", _BOLD)
    roll.line(f"SHA-256 {report.sha256}", _SMALL)
    if report.signatures:
        roll.pair(translate("Legal effect", lang), translate(EFFECTS[report.legal_effect], lang))
    roll.pair(translate("Policy", lang), report.policy)
    _findings(roll, report.reasons, report.notices, lang)
    for number, signature in enumerate(report.signatures, start=1):
        _signature(roll, number, signature, lang)


def _signature(roll: _Roll, number: int, signature: SignatureReport, lang: str) -> None:
    roll.need(30)
    roll.space(3)
    because = f" ({signature.sub_indication.value})" if signature.sub_indication else ""
    role = translate(ROLES[signature.role], lang).capitalize()
    verdict = translate(VERDICTS[signature.verdict], lang)
    heading = Ink(style=FontStyle.BOLD, size_pt=11.5, colour=_HUES[signature.verdict])
    roll.paragraph(f"{number}. {role}: {verdict}{because}", heading)
    for label, value in _items(signature, lang):
        roll.pair(label, value)
    _findings(roll, signature.reasons, signature.notices, lang)
    if signature.evidence is not None:
        roll.space(1)
        for mark, text in evidence_lines(signature.evidence, lang):
            roll.paragraph(f"{mark} {text}".strip(), _SMALL if mark else _TEXT, _LEFT + (8 if mark else 4))


def _items(signature: SignatureReport, lang: str) -> Iterator[tuple[str, str]]:
    yield from (item for item in signature_items(signature, lang) if item[1])
    yield translate("Field in the document", lang), signature.field


def _findings(roll: _Roll, reasons: Sequence[Reason], notices: Sequence[Reason], lang: str) -> None:
    for kind, found in (("Reason", reasons), ("Notice", notices)):
        for finding in found:
            roll.need(14)
            roll.space(1)
            roll.paragraph(f"{translate(kind, lang)}: {finding.text(lang)}.", _TEXT, _LEFT + 4)
            if advice := finding.advice(lang):
                roll.paragraph(f"{translate('What to do', lang)}: {advice}.", _TEXT, _LEFT + 4)
            roll.paragraph(f"{finding.rule} · {finding.clause}", _SMALL, _LEFT + 4)
