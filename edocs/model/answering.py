"""Which status message answers a message, and from whom to whom (gói tin trạng thái trả lời).

Decision 28/2018/QĐ-TTg, articles 5.4, 9 and 10.2.h. A status has no ``To``: the other party stands in ``ResponseFor``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edocs.errors import UsageError
from edocs.model.envelope import BusinessKind, DocumentMessage, Organ, OtherMessage, ResponseFor, Staff, StatusMessage
from edocs.model.organ_id import OrganId
from edocs.model.statuses import Emitter, StatusKind, require_status
from edocs.model.times import require_time

__all__ = ["StatusSpec", "status_for"]

_REASON = "{description}. Lý do: {reason}"
"""The wire has one field for both, and both are read by people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSpec:
    """What is to be said of a message (nội dung trạng thái)."""

    code: str
    """``01`` … ``06``, ``13``, ``15``, ``16``."""
    at: datetime
    """Aware."""
    reason: str = ""
    """Required for 02 and 13."""
    organ: OrganId | None = None
    """Which of several receivers speaks; for 13: which of them is addressed."""
    staff: Staff | None = None


def status_for(message: DocumentMessage | StatusMessage | OtherMessage, spec: StatusSpec) -> StatusMessage:
    """The status message that ``spec`` says about ``message`` (lập gói tin trạng thái).

    Returns:
        From a receiver to the sender; for 13 from the sender to a receiver. About a status 13 only 15 and 16 can be
        said, by the agency it was sent to, of which it tells no more than the code.

    Raises:
        UsageError: No such code, no reason where one is due, an answer to a request that was not made, or a receiver
            that the message does not name or that has to be chosen.

    Source: Decision 28/2018/QĐ-TTg, articles 5.4, 9.1, 9.2, 10.2.h.
    """
    kind = require_status(spec.code)
    reason = " ".join(spec.reason.split())
    if kind.reason_required and not reason:
        raise UsageError("status {code} needs a reason", hint="say why, for the other side's clerk", code=kind.code)
    match message:
        case DocumentMessage():
            sender, answered = _about_document(message, kind, spec.organ)
        case StatusMessage():
            sender, answered = _about_request(message, kind)
        case OtherMessage():
            raise UsageError("neither a document nor a status: nothing can be answered")
    return StatusMessage(
        sender=sender,
        response_for=answered,
        staff=spec.staff,
        code=kind.code,
        description=_REASON.format(description=kind.description, reason=reason) if reason else kind.description,
        at=require_time(spec.at).replace(microsecond=0),
    )


def _about_document(message: DocumentMessage, kind: StatusKind, organ: OrganId | None) -> tuple[Organ, ResponseFor]:
    asked = message.business.kind if message.business else BusinessKind.NEW
    if kind.answers_request and asked not in (BusinessKind.RECALL, BusinessKind.UPDATE):
        raise UsageError(
            "status {code} answers a request to recall or update, and this message is none",
            hint="give the message that asks: the recall, the update, or the status 13",
            code=kind.code,
        )
    receiver = _receiver(message, organ)
    sender, addressee = (
        (message.sender, receiver.id) if kind.emitter is Emitter.SENDER else (receiver, message.sender.id)
    )
    return sender, ResponseFor(
        organ_id=addressee,
        code=f"{message.code.number}/{message.code.notation}".strip("/"),
        on=message.promulgation.on,
        document_id=message.document_id,
    )


def _about_request(message: StatusMessage, kind: StatusKind) -> tuple[Organ, ResponseFor]:
    if message.code != "13" or not kind.answers_request:
        raise UsageError(
            "status {code} cannot answer a status {other}",
            hint="a status 13 is answered with 15 (agreed) or 16 (refused)",
            code=kind.code,
            other=message.code,
        )
    asked = message.response_for
    return Organ(id=asked.organ_id), ResponseFor(
        organ_id=message.sender.id, code=asked.code, on=asked.on, document_id=asked.document_id
    )


def _receiver(message: DocumentMessage, organ: OrganId | None) -> Organ:
    if organ is None and len(message.receivers) == 1:
        return message.receivers[0]
    found = [one for one in message.receivers if organ is None or one.id == organ]
    if len(found) != 1:
        raise UsageError(
            "which receiver is meant?" if organ is None else "the message names no such receiver: {organ}",
            hint="one of {organs}",
            organ=organ or "",
            organs=", ".join(str(one.id) for one in message.receivers) or "-",
        )
    return found[0]
