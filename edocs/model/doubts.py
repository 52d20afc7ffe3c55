"""What is said of a registered document and does not fit what the register knows: taken in, and pointed out.

Điều ghi thêm không khớp với sổ. None of it is refused: the other document may stand in another register, and a sending
may not have been entered. Decree 30/2020/NĐ-CP, article 18.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from edocs.model.register import DocumentKey
from edocs.model.state import Entry
from edocs.model.times import clock_text, local_time
from edocs.model.verdict import Reason

__all__ = ["answer_doubts", "file_doubts", "recall_doubts", "replacement_doubts", "sending_doubts"]


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
