"""What is said of a registered document and does not fit what the register knows: taken in, and pointed out.

Điều ghi thêm không khớp với sổ. None of it is refused: the other document may stand in another register, and a sending
may not have been entered. Decree 30/2020/NĐ-CP, article 18.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from edocs.model.directory import AgencyDirectory, AgencyEntry
from edocs.model.organ_id import OrganId, OrganIdSyntax
from edocs.model.register import Document, DocumentKey
from edocs.model.signing import Role
from edocs.model.standing import Indicator, Standing, read_facts
from edocs.model.state import Entry
from edocs.model.times import clock_text, local_time
from edocs.model.unaccented import unaccented
from edocs.model.verdict import Reason, SignerName, Verdict, VerificationReport

__all__ = [
    "answer_doubts",
    "file_doubts",
    "recall_doubts",
    "replacement_doubts",
    "sending_doubts",
    "signature_doubts",
    "signer_doubts",
]


def file_doubts(others: Sequence[DocumentKey]) -> tuple[Reason, ...]:
    """That ``others`` have the same file: one document may be counted twice (một tệp, hai số)."""
    if not others:
        return ()
    return (
        Reason(
            rule="register.same_file",
            clause="Decree 30/2020/NĐ-CP, article 15",
            message="the same file is registered as {keys}: is one document counted twice?",
            hint="correct what is wrong with edocs amend: the number, or exclude it with a note",
            params={"keys": ", ".join(map(str, others))},
        ),
    )


_MISSING = {
    Indicator.PERSONAL: (
        "no_personal_signature",
        "it bears no person's signature: it counts as not signed by the person",
    ),
    Indicator.ORGANISATION: (
        "no_agency_signature",
        "it bears no signature of the agency: it counts as not signed by it",
    ),
}
_AGENCY_CODE = re.compile(r"(?:^|, )\s*MNS\s*[:=-]\s*([0-9A-Z.]+)", re.IGNORECASE)
_SHORTENED = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho"}


def signature_doubts(key: DocumentKey, report: VerificationReport) -> tuple[Reason, ...]:
    """That nobody signed in a role, although whatever signature there is is good (thiếu chữ ký của người, cơ quan)."""
    if report.verdict is not Verdict.TOTAL_PASSED:
        return ()
    facts = read_facts(report.as_dict())
    return tuple(
        Reason(
            rule=f"register.{name}",
            clause="Decree 30/2020/NĐ-CP, article 5.1",
            message=message,
            hint="where another file bears both signatures: edocs amend correct {key} --file PDF",
            params={"key": str(key)},
        )
        for indicator, (name, message) in _MISSING.items()
        if facts.standing(indicator) is Standing.UNSIGNED
    )


def signer_doubts(
    document: Document, report: VerificationReport, directory: AgencyDirectory | None = None
) -> tuple[Reason, ...]:
    """That another agency signed than the one it is registered for (chữ ký của cơ quan khác).

    Certificates carry names as they were spelled then, and codes old or new: only where both are another's, and the
    directory does not know them as one body, is there something to say.
    """
    signers = [one.signer for one in report.signatures if one.role is Role.ORGANISATION and one.signer is not None]
    codes = [(signer, found[1].upper()) for signer in signers if (found := _AGENCY_CODE.search(signer.identifier))]
    known = [(signer, code) for signer, code in codes if OrganId(value=code).syntax is not OrganIdSyntax.UNKNOWN]
    if not known or len(known) < len(signers) or any(_is_of(document, *one, directory) for one in known):
        return ()
    signer, code = known[0]
    return (
        Reason(
            rule="register.other_agency",
            clause="Decree 30/2020/NĐ-CP, article 5.1",
            message="it bears the signature of {signer} ({code}), and is registered for {agency} ({id})",
            hint="where the agency is wrong: edocs amend correct {key} --agency ID",
            params={
                "signer": signer.common_name,
                "code": code,
                "agency": document.agency.name,
                "id": document.agency.id,
                "key": str(document.key),
            },
        ),
    )


def _is_of(document: Document, signer: SignerName, code: str, directory: AgencyDirectory | None) -> bool:
    """Whether a signature may be that of the document's agency."""
    agency = document.agency
    path = OrganId(value=code).path
    if code == agency.id.upper() or (path and path == OrganId(value=agency.id).path):
        return True
    entries = directory.having(agency.id) if directory is not None else ()
    if any(_is_same_name(signer.common_name, name) for name in (agency.name, *(entry.name for entry in entries))):
        return True
    pairs = [(one, other) for one in entries for other in (directory.having(code) if directory is not None else ())]
    return directory is not None and any(
        _leads(directory, one, other) or _leads(directory, other, one) for one, other in pairs
    )


def _leads(directory: AgencyDirectory, entry: AgencyEntry, other: AgencyEntry) -> bool:
    """Whether ``other`` is what ``entry`` became, by renamings and mergers, or the same."""
    then = other.valid_to or other.valid_from or date.max
    return entry is other or directory.follow(entry, then)[0] is other


def _is_same_name(one: str, other: str) -> bool:
    """Whether two names may be one body's; what one leaves out at its end counts not ("Sở Y tế" of its province)."""
    first, second = sorted((_plain_name(one), _plain_name(other)), key=len)
    return bool(first) and f"{second} ".startswith(f"{first} ")


def _plain_name(name: str) -> str:
    """A name to compare: without diacritics, which old programs set differently, and with abbreviations spelled out."""
    return " ".join(_SHORTENED.get(word, word) for word in re.findall(r"\w+", unaccented(name)))


def recall_doubts(entry: Entry) -> tuple[Reason, ...]:
    """That it was recalled before (thu hồi lần nữa)."""
    before = entry.life.get("recalled_at")
    if before is None:
        return ()
    return (
        Reason(
            rule="amend.recalled_again",
            clause="Decree 30/2020/NĐ-CP, article 18",
            message="it was recalled already, at {at}",
            hint="edocs amend history shows both",
            params={"at": clock_text(datetime.fromisoformat(before))},
        ),
    )


def replacement_doubts(by: DocumentKey, *, is_registered: bool) -> tuple[Reason, ...]:
    """That the register does not have what took its place (văn bản thay thế không có trong sổ)."""
    if is_registered:
        return ()
    return (
        Reason(
            rule="amend.replacement_unknown",
            clause="docs/registry.md",
            message="what takes its place is not in this register: {by}",
            hint="right where another register has it; else say it again with the right --by",
            params={"by": str(by)},
        ),
    )


def answer_doubts(entry: Entry, receiver: str) -> tuple[Reason, ...]:
    """That it was not sent to who answers, as far as the register knows (cơ quan không nhận mà phản hồi)."""
    if receiver in entry.life.get("receivers", ()):
        return ()
    return (
        Reason(
            rule="amend.not_sent_to",
            clause="docs/registry.md",
            message="the register knows of no sending to {receiver}",
            hint="enter it with edocs amend sent, or correct the code",
            params={"receiver": receiver},
        ),
    )


def sending_doubts(entry: Entry, sent_at: datetime) -> tuple[Reason, ...]:
    """That it was sent before its day of issue (gửi trước ngày ban hành): such a sending counts as one in time."""
    if local_time(sent_at).date() >= entry.document.issued_on:
        return ()
    return (
        Reason(
            rule="amend.sent_before_issue",
            clause="Decision 28/2018/QĐ-TTg, article 6.2",
            message="it was sent before its date of issue, {day}",
            hint="put the date of issue right where it is wrong: edocs amend correct --date",
            params={"day": f"{entry.document.issued_on:%d/%m/%Y}"},
        ),
    )
