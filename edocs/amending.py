"""What can be said of a registered document later: the part of the register's door that adds events to one document.

Đính chính, loại trừ, gửi, thu hồi, thay thế. Decree 30/2020/NĐ-CP, articles 14 and 18; Decision 28/2018/QĐ-TTg,
articles 5 to 10. Nothing is rewritten: each verb appends one event.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from edocs.errors import UsageError
from edocs.model import Document, DocumentKey, EventKind, Exclusion, Secrecy, canonical_json
from edocs.model.dispatch import Dispatch, ReceivedStatus
from edocs.model.events import correction, instant
from edocs.model.registering import make_event
from edocs.model.times import require_time
from edocs.ports import Store

__all__ = ["Amending"]


class Amending:
    """The verbs about one document that is registered; a :class:`edocs.registry.Registry` has them."""

    _store: Store

    def exclude(self, key: DocumentKey, reason: Exclusion, *, note: str = "", who: str, now: datetime) -> None:
        """Take a document out of every denominator, for a reason that every report itemises (loại trừ).

        Raises:
            UsageError: Not registered; or the reason is a degree of secrecy, which is a fact of registering.
        """
        if reason.is_state_secret:
            raise UsageError("a state secret is registered as one, not excluded afterwards: {key}", key=key)
        self._append(key, EventKind.EXCLUDED, {"reason": reason.value, "note": note}, who=who, now=now)

    def include(self, key: DocumentKey, *, note: str = "", who: str, now: datetime) -> None:
        """Take a document that was excluded by choice back into the denominators (đưa trở lại thống kê).

        Raises:
            UsageError: Not registered, or a state secret, which no choice takes back.
        """
        entry = self._store.entries([key]).get(key)
        if entry is not None and entry.document.secrecy is not Secrecy.NONE:
            raise UsageError("a state secret is registered as one, not excluded afterwards: {key}", key=key)
        self._append(key, EventKind.EXCLUDED, {"reason": "", "note": note}, who=who, now=now)

    def correct(self, key: DocumentKey, document: Document, *, note: str = "", who: str, now: datetime) -> None:
        """Put right what was registered under ``key``: from now on it is ``document`` (đính chính).

        Number, date and agency may change too, as when a document was entered for the wrong agency; its figures move,
        and its history keeps both. A correction can be corrected.

        Raises:
            UsageError: Not registered.
            DuplicateError: Another document has the key that it would get.
        """
        self._append(key, EventKind.CORRECTED, correction(document, note), who=who, now=now)

    def issue(self, key: DocumentKey, *, issued_at: datetime, who: str, now: datetime) -> None:
        """Say that a document was issued (ban hành)."""
        self._append(key, EventKind.ISSUED, {"issued_at": instant(require_time(issued_at))}, who=who, now=now)

    def send(self, key: DocumentKey, sending: Dispatch, *, who: str, now: datetime) -> None:
        """Say that a document was sent (gửi văn bản). Sent again or to more agencies, it is one document still."""
        self._append(key, EventKind.SENT, sending.payload, evidence=sending.message_sha256, who=who, now=now)

    def receive_status(self, key: DocumentKey, status: ReceivedStatus, *, who: str, now: datetime) -> None:
        """Say what a receiver answered (trạng thái của nơi nhận); of several, the latest that it stated counts."""
        self._append(key, EventKind.STATUS_RECEIVED, status.payload, evidence=status.message_sha256, who=who, now=now)

    def recall(self, key: DocumentKey, *, reason: str, evidence: str = "", who: str, now: datetime) -> None:
        """Say that a document was recalled (thu hồi). It was issued, and stays in every count; reports itemise it."""
        payload = {"reason": reason, "recalled_at": instant(require_time(now))}
        self._append(key, EventKind.RECALLED, payload, evidence=evidence, who=who, now=now)

    def supersede(self, key: DocumentKey, by: DocumentKey, *, evidence: str = "", who: str, now: datetime) -> None:
        """Say that a document was replaced or updated by another (thay thế); both were issued, and both count."""
        self._append(key, EventKind.SUPERSEDED, {"by": str(by)}, evidence=evidence, who=who, now=now)

    def _append(
        self,
        key: DocumentKey,
        kind: EventKind,
        payload: Mapping[str, object],
        *,
        evidence: str = "",
        who: str,
        now: datetime,
    ) -> None:
        with self._store.transaction():
            if key not in self._store.states([key]):
                raise UsageError("not registered: {key}", hint="edocs find shows what is", key=key)
            self._store.append([make_event(kind, key, canonical_json(payload), who, now, evidence)])
