"""The nine status messages of edXML, who sends them, and where they take a document (trạng thái xử lý văn bản).

Decision 28/2018/QĐ-TTg, article 10.2.h names the states; the two-digit codes are those of the national axis's SDK
(QCVN 102:2016/BTTTT). 07 to 12 and 14 are not defined anywhere public. Words of a transport ("inbox", "done") are not
statuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from edocs.errors import UsageError
from edocs.model.envelope import BusinessKind, StatusMessage

__all__ = [
    "STATUSES",
    "DocumentState",
    "Emitter",
    "Processing",
    "StatusKind",
    "processing_of",
    "require_status",
]


class Emitter(StrEnum):
    """Who may send a status."""

    RECEIVER = "receiver"
    """bên nhận"""
    SENDER = "sender"
    """bên gửi"""


class DocumentState(StrEnum):
    """Where a document stands at one receiver."""

    SENT = "sent"
    """đã gửi; nothing has come back"""
    ARRIVED = "arrived"
    """đã đến"""
    REFUSED = "refused"
    """từ chối nhận (trả lại); the end"""
    ACCEPTED = "accepted"
    """đã tiếp nhận"""
    ASSIGNED = "assigned"
    """đã chuyển xử lý"""
    IN_PROGRESS = "in_progress"
    """đang xử lý"""
    COMPLETED = "completed"
    """đã hoàn thành"""
    RECALL_REQUESTED = "recall_requested"
    """bên gửi yêu cầu lấy lại"""
    WITHDRAWN = "withdrawn"
    """đã lấy lại; the end"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusKind:
    """One status code."""

    code: str
    emitter: Emitter
    leads_to: DocumentState | None
    """None: back to where the document was before the request (16)."""
    description: str
    """The official SDK's text, word for word; the receiver's clerk sees it."""
    reason_required: bool = False
    """A refusal or a recall without a reason cannot be answered (Decision 28/2018, articles 5.4 and 9.1)."""
    answers_request: bool = False
    """Only after a request to recall or update."""


_OFFICE = "Văn thư - Phòng Văn thư - Lưu trữ"
_RECEIVER, _SENDER = Emitter.RECEIVER, Emitter.SENDER

STATUSES: Mapping[str, StatusKind] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            StatusKind(
                code="01",
                emitter=_RECEIVER,
                leads_to=DocumentState.ARRIVED,
                description=f"{_OFFICE}: Đã đến - Phần mềm QLVB đã nhận nhưng văn thư chưa xử lý",
            ),
            StatusKind(
                code="02",
                emitter=_RECEIVER,
                leads_to=DocumentState.REFUSED,
                description=f"{_OFFICE}: Từ chối không tiếp nhận văn bản điện tử",
                reason_required=True,
            ),
            StatusKind(
                code="03",
                emitter=_RECEIVER,
                leads_to=DocumentState.ACCEPTED,
                description=f"{_OFFICE}: Tiếp nhận văn bản điện tử, vào sổ văn bản đến của đơn vị",
            ),
            StatusKind(
                code="04",
                emitter=_RECEIVER,
                leads_to=DocumentState.ASSIGNED,
                description="Lãnh đạo: Phân công xử lý",
            ),
            StatusKind(
                code="05",
                emitter=_RECEIVER,
                leads_to=DocumentState.IN_PROGRESS,
                description="Đang xử lý văn bản đến",
            ),
            StatusKind(
                code="06",
                emitter=_RECEIVER,
                leads_to=DocumentState.COMPLETED,
                description="Văn thư: Ban hành văn bản đến, hoàn thành xử lý",
            ),
            StatusKind(
                code="13",
                emitter=_SENDER,
                leads_to=DocumentState.RECALL_REQUESTED,
                description="Văn thư yêu cầu lấy lại văn bản điện tử kèm lý do",
                reason_required=True,
            ),
            StatusKind(
                code="15",
                emitter=_RECEIVER,
                leads_to=DocumentState.WITHDRAWN,
                description="Văn thư đồng ý yêu cầu cập nhật, lấy lại",
                answers_request=True,
            ),
            StatusKind(
                code="16",
                emitter=_RECEIVER,
                leads_to=None,
                description="Văn thư từ chối yêu cầu cập nhật, lấy lại",
                answers_request=True,
            ),
        )
    }
)
"""Code to what is known of it. 15 agrees and 16 refuses, which many implementations confuse."""

_FORWARD = (
    DocumentState.SENT,
    DocumentState.ARRIVED,
    DocumentState.ACCEPTED,
    DocumentState.ASSIGNED,
    DocumentState.IN_PROGRESS,
    DocumentState.COMPLETED,
)
"""The way of a document; a receiver may leave a step out, and never goes back."""
_RECALLABLE = frozenset(_FORWARD[:-1])
_RANKS = {code: rank for rank, code in enumerate(STATUSES)}
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing:
    """Where a document stands at one receiver, and what did not count."""

    state: DocumentState = DocumentState.SENT
    since: datetime | None = None
    """Of the status that led here."""
    before_request: DocumentState = DocumentState.SENT
    """Where it stood before the pending or last request to recall."""
    ignored: tuple[StatusMessage, ...] = ()
    """Repeated, overtaken by a later one, out of place, or of an unknown code."""


def require_status(code: str) -> StatusKind:
    """What is known of a status code.

    >>> require_status("15").leads_to
    <DocumentState.WITHDRAWN: 'withdrawn'>

    Raises:
        UsageError: No status message has this code.
    """
    if code not in STATUSES:
        raise UsageError("no such status: {code}", hint="one of {codes}", code=code, codes=", ".join(STATUSES))
    return STATUSES[code]


def processing_of(statuses: Iterable[StatusMessage], request: BusinessKind = BusinessKind.RECALL) -> Processing:
    """Where the statuses of one document at one receiver lead (tiến trình xử lý).

    They arrive late, twice and in any order: the result is that of the order of their timestamps, whatever order they
    come in, and a repeated one changes nothing.

    Args:
        statuses: Of one document and one receiver; whose they are is for the caller to know.
        request: What a status 15 agrees to. To an update it takes the document back to where it was.

    Source: Decision 28/2018/QĐ-TTg, articles 9 and 10.2.h; the order of states is that of the SDK's descriptions.
    """
    current = Processing()
    for status in sorted(dict.fromkeys(statuses), key=_order):
        current = _advanced(current, status, request)
    return current


def _order(status: StatusMessage) -> tuple[datetime, int, str, str]:
    # Equal times: in the order of the table. Without a time: last, which the table orders too.
    return status.at or _NEVER, _RANKS.get(status.code, len(_RANKS)), status.code, repr(status)


def _advanced(current: Processing, status: StatusMessage, request: BusinessKind) -> Processing:
    target = _target(current, status.code, request)
    if target is None:
        return replace(current, ignored=(*current.ignored, status))
    is_request = target is DocumentState.RECALL_REQUESTED
    before = current.state if is_request else current.before_request
    return Processing(state=target, since=status.at, before_request=before, ignored=current.ignored)


def _target(current: Processing, code: str, request: BusinessKind) -> DocumentState | None:
    """Where ``code`` leads from the current state; None where it leads nowhere."""
    kind, state = STATUSES.get(code), current.state
    if kind is None:
        return None
    if kind.answers_request:
        if state is not DocumentState.RECALL_REQUESTED:
            return None
        if kind.leads_to is None or request is BusinessKind.UPDATE:
            return current.before_request
        return kind.leads_to
    if kind.leads_to is DocumentState.RECALL_REQUESTED:
        return kind.leads_to if state in _RECALLABLE else None
    if kind.leads_to is DocumentState.REFUSED:
        return kind.leads_to if state in _FORWARD[:2] else None
    if state not in _FORWARD or kind.leads_to not in _FORWARD:
        return None
    return kind.leads_to if _FORWARD.index(kind.leads_to) > _FORWARD.index(state) else None
