"""What can be said of a registered document later: the part of the register's door that adds events to one document.

Đính chính, loại trừ, gửi, thu hồi, thay thế. Decree 30/2020/NĐ-CP, articles 14 and 18; Decision 28/2018/QĐ-TTg,
articles 5 to 10. Nothing is rewritten: each verb appends its events, all or none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from edocs.errors import UsageError
from edocs.model import (
    Document,
    DocumentKey,
    Entry,
    EventKind,
    Exclusion,
    Secrecy,
    SignatureFacts,
    VerificationReport,
    canonical_json,
    findings_payload,
    read_facts,
    tidy_name,
)
from edocs.model.dispatch import Dispatch, ReceivedStatus
from edocs.model.events import correction, instant
from edocs.model.import_rules import require_issued
from edocs.model.registering import make_event
from edocs.model.times import local_time, require_past, require_time
from edocs.ports import Store

__all__ = ["Amending", "not_registered"]


def not_registered(store: Store, key: DocumentKey) -> UsageError:
    """The error of a key that no document has: where a correction took it away, it says which the document has now."""
    now = store.moved_to(key)
    if now is not None and now != key:
        return UsageError("{key} was corrected: the document is {now}", hint="give this key", key=key, now=now)
    return UsageError("not registered: {key}", hint="edocs find --keys shows what is", key=key)


def _require_other(document: Document, files: Sequence[SignatureFacts]) -> None:
    """Go on only with files of which the register knows none for ``document``, and each once."""
    known = {"", document.file_sha256, *document.appendices}
    if len(known | {one.file_sha256 for one in files}) < len(known) + len(files):
        raise UsageError(
            "this file is registered with {code} already",
            hint="edocs register adds what a new verification says",
            code=document.code_text,
        )


class Amending:
    """The verbs about one document that is registered; a :class:`edocs.registry.Registry` has them."""

    _store: Store

    def exclude(self, key: DocumentKey, reason: Exclusion, *, note: str = "", who: str, now: datetime) -> None:
        """Take a document out of every denominator, for a reason that every report itemises (loại trừ).

        Raises:
            UsageError: Not registered; a state secret, which is excluded by law; the reason is a degree of secrecy, or
                another one (``other``), and no note says which.
        """
        if reason is Exclusion.OTHER and not tidy_name(note):
            raise UsageError("left out for another reason: which?", hint="--note says it")
        self._choose(key, reason, note, who, now)

    def include(self, key: DocumentKey, *, note: str = "", who: str, now: datetime) -> None:
        """Take a document that was excluded by choice back into the denominators (đưa trở lại thống kê).

        Raises:
            UsageError: Not registered, or a state secret, which no choice takes back.
        """
        self._choose(key, None, note, who, now)

    def correct(
        self,
        key: DocumentKey,
        document: Document | Callable[[Document], Document],
        report: VerificationReport | None = None,
        appendices: Iterable[VerificationReport] = (),
        *,
        note: str = "",
        who: str,
        now: datetime,
    ) -> DocumentKey:
        """Put right what was registered under ``key``: from now on it is ``document`` (đính chính).

        Number, date and agency may change too, as when a document was entered for the wrong agency; its figures move,
        and its history keeps both. A correction can be corrected.

        Args:
            report: Of the file that should have been registered (nhầm tệp): from now on that is the document's file.
            appendices: Of files that go with it and were not registered with it (bổ sung văn bản kèm theo).

        Returns:
            The key that it has from now on.

        Raises:
            UsageError: Not registered; or a file is registered with it already.
            DuplicateError: Another document has the key that it would get.
            RefusedError: Its date of issue would become one that is later than today.
        """
        main = [read_facts(report.as_dict())] if report is not None else []
        beside = [read_facts(one.as_dict()) for one in appendices]
        with self._entry(key) as entry:
            new = document if isinstance(document, Document) else document(entry.document)
            if new.issued_on != entry.document.issued_on:  # what stood there before does not hinder the rest
                require_issued(new.issued_on, local_time(require_time(now)).date())
            _require_other(entry.document, [*main, *beside])
            payload = canonical_json(correction(new, tidy_name(note), [one.file_sha256 for one in beside]))
            file = main[0].file_sha256 if main else ""
            events = [make_event(EventKind.CORRECTED, key, payload, who, now, file)]
            for one in (*main, *beside):
                events.append(make_event(EventKind.VERIFIED, new.key, findings_payload(one), who, now, one.digest))
            self._store.append(events)
        return new.key

    def issue(self, key: DocumentKey, *, issued_at: datetime, who: str, now: datetime) -> None:
        """Say that a document was issued (ban hành).

        Raises:
            UsageError: Not registered.
            RefusedError: ``issued_at`` is after ``now``.
        """
        self._append(key, EventKind.ISSUED, {"issued_at": instant(require_past(issued_at, now))}, who=who, now=now)

    def send(self, key: DocumentKey, sending: Dispatch, *, who: str, now: datetime) -> None:
        """Say that a document was sent (gửi văn bản). Sent again or to more agencies, it is one document still.

        Raises:
            UsageError: Not registered.
            RefusedError: ``sending.sent_at`` is after ``now``.
        """
        require_past(sending.sent_at, now)
        self._append(key, EventKind.SENT, sending.payload, evidence=sending.message_sha256, who=who, now=now)

    def receive_status(self, key: DocumentKey, status: ReceivedStatus, *, who: str, now: datetime) -> None:
        """Say what a receiver answered (trạng thái của nơi nhận); of several, the latest that it stated counts.

        Raises:
            UsageError: Not registered.
            RefusedError: ``status.stated_at`` is after ``now``.
        """
        require_past(status.stated_at, now)
        self._append(key, EventKind.STATUS_RECEIVED, status.payload, evidence=status.message_sha256, who=who, now=now)

    def recall(self, key: DocumentKey, *, reason: str, evidence: str = "", who: str, now: datetime) -> bool:
        """Say that a document was recalled (thu hồi). It was issued, and stays in every count; reports itemise it.

        Returns:
            Whether that is news: the same reason on the same evidence again changes nothing.
        """
        payload = {"reason": tidy_name(reason), "recalled_at": instant(require_time(now))}
        same = canonical_json({"reason": payload["reason"]}).removesuffix("}") + ","
        with self._entry(key):
            *_, last = (None, *(one.event for one in self._store.events(key) if one.event.kind is EventKind.RECALLED))
            is_news = last is None or last.evidence != evidence or not last.payload.startswith(same)
            if is_news:
                self._log(key, EventKind.RECALLED, payload, who, now, evidence)
        return is_news

    def supersede(self, key: DocumentKey, by: DocumentKey, *, evidence: str = "", who: str, now: datetime) -> None:
        """Say that a document was replaced or updated by another (thay thế); both were issued, and both count.

        Raises:
            UsageError: Not registered, or replaced by itself.
        """
        if by == key:
            raise UsageError("a document does not take its own place: {key}", hint="--by another document", key=key)
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
        with self._entry(key):
            self._log(key, kind, payload, who, now, evidence)

    def _choose(self, key: DocumentKey, reason: Exclusion | None, note: str, who: str, now: datetime) -> None:
        with self._entry(key) as entry:
            if entry.document.secrecy is not Secrecy.NONE or (reason is not None and reason.is_state_secret):
                raise UsageError(
                    "a state secret is registered as one, not excluded afterwards: {key}",
                    hint="correct its secrecy where that is wrong",
                    key=key,
                )
            payload = {"reason": reason.value if reason else "", "note": tidy_name(note)}
            self._log(key, EventKind.EXCLUDED, payload, who, now)

    @contextmanager
    def _entry(self, key: DocumentKey) -> Iterator[Entry]:
        """What is registered, which nobody else changes in the block."""
        with self._store.transaction():
            entry = self._store.entries([key]).get(key)
            if entry is not None:
                yield entry
                return
        raise not_registered(self._store, key)

    def _log(
        self,
        key: DocumentKey,
        kind: EventKind,
        payload: Mapping[str, object],
        who: str,
        now: datetime,
        evidence: str = "",
    ) -> None:
        self._store.append([make_event(kind, key, canonical_json(payload), who, now, evidence)])
