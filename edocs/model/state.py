"""What the events of a document come to: the row that a register keeps for it, and the entry that people see.

Trạng thái của văn bản. The row is plain (texts and numbers, moments as :func:`edocs.model.events.instant` writes them),
so that folding ten million events is cheap and two registers can be compared letter by letter. :func:`fold` alone says
what an event means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from edocs.model.event_form import require_form, texts, year_of
from edocs.model.events import EventKind
from edocs.model.profile import Buckets, Fact, Profile, Sending
from edocs.model.register import Agency, AgencyLevel, Document, Exclusion, Secrecy, is_sha256
from edocs.model.signing import HANOI, DocumentCode
from edocs.model.standing import Indicator, Standing, canonical_json

__all__ = ["COLUMNS", "Entry", "Findings", "State", "entry_of", "fold", "search_form"]

State = dict[str, Any]
"""A document's row, by the names in ``COLUMNS``."""

COLUMNS = (
    "id",
    "key",
    "agency",
    "agency_name",
    "level",
    "number",
    "symbol",
    "issued_on",
    "month",
    "type",
    "subject",
    "secrecy",
    "file_sha256",
    "search_text",
    "exclusion",
    "is_open",
    "profile",
    "verification_sha256",
    "verified_at",
    "registered_at",
    "last_event",
    "life",
)


_UNSEEN = Profile()
_NOT_CHECKED = {name: getattr(_UNSEEN, name) for name in ("personal", "organisation", "both", "attempted")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the latest verification of the main file found, as the register counts it."""

    standings: Mapping[Indicator, Standing]
    attempted: frozenset[Indicator]
    facts: frozenset[Fact]
    digest: str
    """Of the verification object; see :class:`SignatureFacts`."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document's state, derived from its events."""

    document: Document
    findings: Findings | None = None
    """None: never verified."""
    exclusion: Exclusion | None = None
    profile: Profile = _UNSEEN
    """As it is counted."""
    registered_at: datetime
    registered_event: int
    last_event: int
    life: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What happened to it besides: ``issued_at``, ``sent_at``, ``recalled_at``, ``superseded_by``, ``excluded`` (the
    reason that was chosen), ``statuses`` by agency (code and moment), ``appendices`` by SHA-256 (a :class:`Standing`);
    see ``docs/registry.md``."""

    def standing(self, indicator: Indicator) -> Standing:
        """The bucket for ``indicator``."""
        return self.profile.standing(indicator)


def fold(state: State | None, id: int, kind: EventKind, at: str, subject: str, evidence: str, payload: str) -> State:
    """The state after one more event.

    Args:
        state: Before it; left as it is. None: there was none.
        id: Of the event in the log.
        at: From :func:`edocs.model.events.instant`.
        subject: The text of the key under which the event was logged.

    Raises:
        ValueError, KeyError: The event cannot follow, or says what no event says: the log is broken.
    """
    try:
        return _folded(state, id, kind, at, subject, evidence, payload)
    except (TypeError, AttributeError, IndexError, OverflowError, RecursionError) as exc:
        raise ValueError(f"event {id}: malformed") from exc


def _folded(state: State | None, id: int, kind: EventKind, at: str, subject: str, evidence: str, payload: str) -> State:
    said, end = _decode(payload)
    if end != len(payload):
        raise ValueError(f"event {id}: more than one value")
    require_form(kind, said)
    if kind is EventKind.REGISTERED:
        if state is not None:
            raise ValueError(f"event {id}: registered twice: {subject}")
        return _registered(id, at, subject, evidence, said)
    if state is None:
        raise ValueError(f"event {id}: {kind.value} before registered: {subject}")
    if state["key"] != subject:
        raise ValueError(f"event {id}: the document is not {subject}")
    new = {**state, "last_event": id}
    if kind is EventKind.VERIFIED:
        _verified(new, at, evidence, said)
    elif kind is EventKind.CORRECTED:
        _corrected(new, evidence, said)
    else:
        _MEANINGS[kind](new, said)
    return new


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The entry of a row."""
    agency = Agency(id=row["agency"], name=row["agency_name"], level=AgencyLevel(row["level"]))
    day = datetime.fromisoformat(row["issued_on"]).replace(tzinfo=HANOI)
    life = json.loads(row["life"]) if row["life"] else {}
    profile = Profile.parse(row["profile"])
    return Entry(
        document=Document(
            agency=agency,
            code=DocumentCode(number=row["number"], issued_on=day, symbol=row["symbol"]),
            type=row["type"],
            subject=row["subject"],
            secrecy=Secrecy(row["secrecy"]),
            file_sha256=row["file_sha256"],
            appendices=tuple(life.get("appendices", ())),
        ),
        findings=_findings(row, profile),
        exclusion=profile.exclusion,
        profile=profile,
        registered_at=datetime.fromisoformat(row["registered_at"]),
        registered_event=row["id"],
        last_event=row["last_event"],
        life=MappingProxyType(life),
    )


@lru_cache(maxsize=65536)
def search_form(text: str) -> str:
    """``text`` as it is compared: SQL folds the case of ASCII alone, so Vietnamese is folded here."""
    return text.casefold()


_decode = json.JSONDecoder().raw_decode


def _findings(row: Mapping[str, Any], profile: Profile) -> Findings | None:
    if row["verified_at"] is None:
        return None
    return Findings(
        standings={indicator: profile.standing(indicator) for indicator in Indicator},
        attempted=profile.attempted,
        facts=profile.facts,
        digest=row["verification_sha256"],
        at=datetime.fromisoformat(row["verified_at"]),
    )


def _registered(id: int, at: str, subject: str, evidence: str, said: Mapping[str, Any]) -> State:
    agency, _, _, number, symbol = subject.split(":", 4)
    life = {"appendices": dict.fromkeys(texts(said["appendices"]), "not_checked")} if "appendices" in said else {}
    state: State = dict.fromkeys(COLUMNS)
    state.update(
        id=id,
        key=subject,
        file_sha256=evidence,
        registered_at=at,
        last_event=id,
        life=canonical_json(life) if life else None,
        profile="",
    )
    _describe(state, {**said, "agency": agency, "number": int(number), "symbol": symbol})
    if state["key"] != subject:
        raise ValueError(f"event {id}: the document is not {subject}")
    exclusion = None if said["secrecy"] == "none" else said["secrecy"]
    _count(state, _fresh(exclusion, len(life.get("appendices", ()))))
    return state


def _describe(state: State, said: Mapping[str, Any]) -> None:
    """Take over what a document says of itself, and the key that follows from it."""
    number, symbol, subject, name = said["number"], said["symbol"], said["subject"], said["agency_name"]
    day: str = said["issued_on"]
    book = "open" if said["secrecy"] == "none" else "secret"
    state.update(
        key=f"{said['agency']}:{year_of(day)}:{book}:{number}:{symbol}",
        agency=said["agency"],
        agency_name=name,
        level=said["agency_level"],
        number=number,
        symbol=symbol,
        issued_on=day,
        month=day[:7],
        type=said["type"],
        subject=subject,
        secrecy=said["secrecy"],
        search_text=f"{number:02d}/{search_form(symbol)}\n{number}\n{search_form(subject)}\n{search_form(name)}",
    )


def _count(state: State, profile: str) -> None:
    state["profile"] = profile
    state["exclusion"], state["is_open"] = _seen(profile)


@lru_cache(maxsize=65536)
def _seen(profile: str) -> tuple[str | None, bool]:
    parsed = Profile.parse(profile)
    return (parsed.exclusion.value if parsed.exclusion else None), parsed.is_open


@lru_cache(maxsize=1024)
def _fresh(exclusion: str | None, files: int) -> str:
    return str(Profile(exclusion=Exclusion(exclusion) if exclusion else None, appendices=Buckets(not_checked=files)))


def _verified(state: State, at: str, evidence: str, said: Mapping[str, Any]) -> None:
    life = json.loads(state["life"]) if state["life"] else {}
    files = life.get("appendices", {})
    if said["file_sha256"] in files:
        files[said["file_sha256"]] = Standing(said["standing"]["organisation"]).value
        life["verifications"] = {**life.get("verifications", {}), said["file_sha256"]: evidence}
        attempted = set(life.get("attempted", ()))
        (attempted.add if "organisation" in said["attempted"] else attempted.discard)(said["file_sha256"])
        state["life"] = canonical_json({**life, "attempted": sorted(attempted)})
        return _count(state, _with_files(state["profile"], tuple(files.values()), len(attempted)))
    if state["file_sha256"] not in ("", said["file_sha256"]):
        raise ValueError("a verification of another file")
    state.update(file_sha256=said["file_sha256"], verification_sha256=evidence, verified_at=at)
    standing = said["standing"]
    return _count(
        state,
        _with_findings(
            state["profile"],
            (standing["personal"], standing["organisation"], standing["both"]),
            tuple(said["attempted"]),
            tuple(said["found"]),
        ),
    )


_FOUND = frozenset({Fact.SIGNED, Fact.INTACT, Fact.TRUSTED, Fact.TIMESTAMPED, Fact.LONG_TERM})


@lru_cache(maxsize=65536)
def _with_findings(
    profile: str, standing: tuple[str, str, str], attempted: tuple[str, ...], found: tuple[str, ...]
) -> str:
    personal, organisation, both = map(Standing, standing)
    before = Profile.parse(profile)
    return str(
        Profile(
            exclusion=before.exclusion,
            personal=personal,
            organisation=organisation,
            both=both,
            attempted=frozenset(map(Indicator, attempted)),
            facts=(before.facts - _FOUND) | frozenset(map(Fact, found)),
            sending=before.sending,
            appendices=before.appendices,
        )
    )


@lru_cache(maxsize=65536)
def _with_files(profile: str, standings: tuple[str, ...], attempted: int) -> str:
    counts = {standing.value: standings.count(standing.value) for standing in Standing}
    return str(_changed(Profile.parse(profile), appendices=Buckets(**counts, attempted=attempted)))


def _changed(profile: Profile, **values: Any) -> Profile:
    return Profile(**{**{name: getattr(profile, name) for name in Profile.__dataclass_fields__}, **values})


def _with_fact(state: State, *facts: Fact, **values: Any) -> None:
    before = Profile.parse(state["profile"])
    _count(state, str(_changed(before, facts=before.facts | set(facts), **values)))


def _lived(state: State, **said: Any) -> dict[str, Any]:
    life = {**(json.loads(state["life"]) if state["life"] else {}), **said}
    state["life"] = canonical_json(life)
    return life


def _issued(state: State, said: Mapping[str, Any]) -> None:
    _lived(state, issued_at=said["issued_at"])
    _with_fact(state, Fact.ISSUED)


def _sent(state: State, said: Mapping[str, Any]) -> None:
    """The first sending decides whether it was on time; paper once is paper."""
    before = Profile.parse(state["profile"])
    is_first = before.sending is None
    paper = said["paper"] or before.sending is Sending.WITH_PAPER
    life = _lived(state)
    receivers = sorted({*life.get("receivers", ()), *texts(said["receivers"])})
    _lived(state, receivers=receivers, sent_at=said["sent_at"] if is_first else life["sent_at"])
    is_on_time = is_first and said["deadline"] is not None and _moment(said["sent_at"]) <= _moment(said["deadline"])
    _with_fact(
        state, *([Fact.ON_TIME] if is_on_time else []), sending=Sending.WITH_PAPER if paper else Sending.ELECTRONIC
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _status_received(state: State, said: Mapping[str, Any]) -> None:
    life = _lived(state)
    statuses = dict(life.get("statuses", {}))
    known = statuses.get(said["receiver"])
    if known is None or known[1] <= said["stated_at"]:  # statuses arrive in any order; the latest that is stated counts
        statuses[said["receiver"]] = [said["code"], said["stated_at"]]
    _lived(state, statuses=statuses)


def _recalled(state: State, said: Mapping[str, Any]) -> None:
    _lived(state, recalled_at=said["recalled_at"])
    _with_fact(state, Fact.RECALLED)


def _superseded(state: State, said: Mapping[str, Any]) -> None:
    _lived(state, superseded_by=said["by"])
    _with_fact(state, Fact.SUPERSEDED)


def _excluded(state: State, said: Mapping[str, Any]) -> None:
    life = _lived(state, excluded=said["reason"])
    _exclude(state, life)


def _exclude(state: State, life: Mapping[str, Any]) -> None:
    """A state secret is excluded by law; what was chosen is kept, and counts while it is none."""
    chosen = Exclusion(life["excluded"]) if life.get("excluded") else None
    exclusion = chosen if state["secrecy"] == "none" else Exclusion(state["secrecy"])
    _count(state, str(_changed(Profile.parse(state["profile"]), exclusion=exclusion)))


def _corrected(state: State, evidence: str, said: Mapping[str, Any]) -> None:
    """Evidence is the file, where another one was registered by mistake: what was found in that one counts no more."""
    _describe(state, said)
    if evidence:
        if not is_sha256(evidence):
            raise ValueError("no digest of a file")
        state.update(file_sha256=evidence, verification_sha256=None, verified_at=None)
        before = Profile.parse(state["profile"])
        _count(state, str(_changed(before, **_NOT_CHECKED, facts=before.facts - _FOUND)))
    if "appendices" in said:
        _add_files(state, said["appendices"])
    _exclude(state, json.loads(state["life"]) if state["life"] else {})


def _add_files(state: State, added: Iterable[object]) -> None:
    """Files that go with the document and were not registered with it; not checked, until an event says otherwise."""
    life = _lived(state)
    files: dict[str, str] = {**life.get("appendices", {})}
    for one in texts(added):
        files.setdefault(one, Standing.NOT_CHECKED.value)
    if not all(map(is_sha256, files)) or state["file_sha256"] in files:
        raise ValueError("no digest of another file")
    _lived(state, appendices=files)
    _count(state, _with_files(state["profile"], tuple(files.values()), len(life.get("attempted", ()))))


_MEANINGS = {
    EventKind.ISSUED: _issued,
    EventKind.SENT: _sent,
    EventKind.STATUS_RECEIVED: _status_received,
    EventKind.RECALLED: _recalled,
    EventKind.SUPERSEDED: _superseded,
    EventKind.EXCLUDED: _excluded,
}
