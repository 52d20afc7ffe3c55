"""Why a receiver may refuse a message: what was found when it was opened, ready to be the reason of a status 02.

Từ chối tiếp nhận văn bản điện tử (Decision 28/2018/QĐ-TTg, articles 5.4 and 9.1: not complete, not intact, not
authentic). Only what is certain counts: what could not be judged, and a PDF without a signature, are no reasons here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edocs.locale import DEFAULT_LANGUAGE
from edocs.model.parcel import OpenedMessage
from edocs.model.verdict import Reason, Verdict, VerificationReport

__all__ = ["Refusal", "refusal_reasons", "refusal_text"]

_CERTAIN = (Verdict.TOTAL_FAILED, Verdict.UNREADABLE)
_MOST_LETTERS = 1000
"""Of a text that a clerk is to read; more findings are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason."""

    name: str
    """Of the file; empty: of the message as a whole."""
    reason: Reason

    def text(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What is wrong, and with which file."""
        said = self.reason.text(lang)
        return f"{self.name}: {said}" if self.name and self.name not in said else said

    def as_dict(self, lang: str = DEFAULT_LANGUAGE) -> dict[str, str]:
        """The reason as ``edocs.message/1`` has it."""
        return {"name": self.name, **self.reason.as_dict(lang)}


def refusal_reasons(opened: OpenedMessage) -> tuple[Refusal, ...]:
    """All that is certainly wrong with a message, first with the whole, then file by file."""
    found = [Refusal(name="", reason=fault) for fault in opened.unpacked.faults]
    if opened.signature is not None and opened.signature.verdict is Verdict.TOTAL_FAILED:
        found += [Refusal(name="", reason=one) for one in opened.signature.reasons]
    for file, report in zip(opened.unpacked.files, opened.reports, strict=True):
        found += [Refusal(name=file.name, reason=fault) for fault in file.faults]
        if report is not None and report.verdict in _CERTAIN:
            found += [Refusal(name=file.name, reason=one) for one in _failures(report)]
    return tuple(one for index, one in enumerate(found) if one not in found[:index])


def refusal_text(opened: OpenedMessage, lang: str = DEFAULT_LANGUAGE) -> str:
    """The reasons as one text, such as ``StatusSpec.reason`` wants it; empty where nothing is certainly wrong."""
    texts = list(dict.fromkeys(one.text(lang) for one in refusal_reasons(opened)))
    said: list[str] = []
    for text in texts:
        if said and sum(map(len, said)) + len(text) > _MOST_LETTERS:
            return "; ".join(said) + f"; … (+{len(texts) - len(said)})"
        said.append(text[:_MOST_LETTERS])
    return "; ".join(said)


def _failures(report: VerificationReport) -> Iterator[Reason]:
    yield from report.reasons
    for signature in report.signatures:
        if signature.verdict is Verdict.TOTAL_FAILED:
            yield from signature.reasons
