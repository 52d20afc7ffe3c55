"""``edocs amend``: what happened to a registered document after it was entered, as new events; nothing is rewritten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from edocs._files import read_file
from edocs.amending import not_registered
from edocs.errors import UsageError
from edocs.model import (
    HANOI,
    STATUSES,
    Agency,
    Document,
    DocumentKey,
    Entry,
    Exclusion,
    Reason,
    VerificationReport,
    named_agency,
    read_day,
    read_secrecy,
    tidy_name,
)
from edocs.model.dispatch import Dispatch, ReceivedStatus, sending_deadline
from edocs.model.doubts import answer_doubts, recall_doubts, replacement_doubts, sending_doubts
from edocs.office import correct_files
from edocs.registry import Registry
from edocs.reports.verdict_words import VERDICTS

from .arguments import read_time, user_name
from .console import PATH, Console, common_options, worst
from .filed import notices_of_file, show_reasons
from .histories import show_event
from .once import OnceCommand
from .registers import REGISTER_OPTION, known_agencies, open_registry
from .trusting import TRUST_OPTION, read_trust
from .verdicts import EXIT_CODES, notice_lines

_CHOICES = tuple(reason.value for reason in Exclusion if not reason.is_state_secret)
_CORRECTED = ("agency", "agency_name", "level", "number", "symbol", "date", "type", "subject", "secrecy")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of an amendment."""

    notices: tuple[Reason, ...] = ()
    """What does not fit what the register knows."""
    is_news: bool = True
    moved_to: DocumentKey | None = None
    """The key of now; None: the one that was given."""
    verifications: Mapping[Path, VerificationReport] = field(default_factory=dict)
    """Of the files that were entered."""
    code: int = 0
    """The exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Amendment:
    """What is said of one document."""

    console: Console
    registry: Registry
    key: DocumentKey
    options: Mapping[str, Any]
    who: str
    now: datetime

    @property
    def entry(self) -> Entry:
        """As it is registered."""
        found = self.registry.entries([self.key])
        if self.key not in found:
            raise not_registered(self.registry.store, self.key)
        return found[self.key]

    @property
    def at(self) -> datetime:
        """When it happened; by default now."""
        return read_time(self.console, self.options["at"]) if self.options["at"] else self.now

    @property
    def message_sha256(self) -> str:
        """Of the message that says so, if it is given."""
        path: Path | None = self.options["message"]
        return hashlib.sha256(read_file(path)).hexdigest() if path else ""

    def needed(self, name: str) -> Any:
        """An option that this action cannot do without."""
        value = self.options[name]
        if not value:
            raise UsageError(
                "missing: {options}", hint="edocs amend --help says what each action needs", options=_option(name)
            )
        return value


def _exclude(one: _Amendment) -> _Outcome:
    reason = Exclusion(one.needed("reason_code"))
    one.registry.exclude(one.key, reason, note=one.options["note"], who=one.who, now=one.now)
    return _Outcome()


def _include(one: _Amendment) -> _Outcome:
    one.registry.include(one.key, note=one.options["note"], who=one.who, now=one.now)
    return _Outcome()


def _correct(one: _Amendment) -> _Outcome:
    given = {name: one.options[name] for name in _CORRECTED if one.options[name] is not None}
    is_of_files = bool(one.options["file"] or one.options["appendix"])
    if not given and not is_of_files:
        raise UsageError("nothing to correct", hint="--number, --date, --subject …; --file where the file was wrong")
    if one.options["trust"] and not is_of_files:
        raise UsageError("--trust goes with --file and --appendix")
    change = partial(_corrected, given=given, known=known_agencies(one.registry))
    said = {"note": one.options["note"], "who": one.who, "now": one.now}
    if not is_of_files:
        outcome = _Outcome(moved_to=one.registry.correct(one.key, change, **said))
    else:
        outcome = _correct_files(one, change, **said)
    if outcome.moved_to != one.key:
        one.console.say("from now on it is {key}", key=outcome.moved_to)
    return outcome


def _correct_files(one: _Amendment, change: Callable[[Document], Document], **said: Any) -> _Outcome:
    """Enter another file in the place of the one registered, and files beside it; their verdicts are the exit code."""
    file: Path | None = one.options["file"]
    appendices: tuple[Path, ...] = one.options["appendix"]
    paths = (*([file] if file else ()), *appendices)
    for path in paths:
        read_file(path)
    store, code = read_trust(one.console, one.options["trust"])
    key, reports = correct_files(one.registry, one.key, file, appendices, change, store, **said)
    found = one.registry.entries([key]).get(key)  # None where somebody has moved it since
    return _Outcome(
        moved_to=key,
        notices=notices_of_file(one.registry, found.document, reports[0]) if file and found is not None else (),
        verifications=dict(zip(paths, reports, strict=True)),
        code=worst([*(EXIT_CODES[report.verdict] for report in reports), code]),
    )


def _corrected(document: Document, *, given: Mapping[str, Any], known: Mapping[str, Agency]) -> Document:
    agency, code = document.agency, document.code
    if {"agency", "agency_name", "level"} & given.keys():
        agency = named_agency({"agency": agency.id, **given}, {**known, agency.id: agency})
    code = replace(
        code,
        number=given.get("number", code.number),
        symbol=given.get("symbol", code.symbol),
        issued_on=read_day(given["date"]) if "date" in given else code.issued_on,
    )
    return replace(
        document,
        agency=agency,
        code=code,
        type=given.get("type", document.type),
        subject=given.get("subject", document.subject),
        secrecy=read_secrecy(given["secrecy"]) if "secrecy" in given else document.secrecy,
    )


def _issued(one: _Amendment) -> _Outcome:
    one.registry.issue(one.key, issued_at=one.at, who=one.who, now=one.now)
    return _Outcome()


def _sent(one: _Amendment) -> _Outcome:
    days_off, entry = [read_day(day).date() for day in one.options["holiday"]], one.entry
    sending = Dispatch(
        sent_at=one.at,
        receivers=tuple(one.needed("to")),
        is_with_paper=one.options["paper"],
        deadline=sending_deadline(entry.document.issued_on, days_off),
        message_sha256=one.message_sha256,
    )
    one.registry.send(one.key, sending, who=one.who, now=one.now)
    return _Outcome(notices=sending_doubts(entry, sending.sent_at))


def _answered(one: _Amendment) -> _Outcome:
    [receiver, *more] = one.needed("to")
    if more:
        raise UsageError("a status comes from one receiver", hint="--to CODE once")
    status = ReceivedStatus(
        receiver=receiver, code=one.needed("code"), stated_at=one.at, message_sha256=one.message_sha256
    )
    notices = answer_doubts(one.entry, tidy_name(receiver))
    one.registry.receive_status(one.key, status, who=one.who, now=one.now)
    return _Outcome(notices=notices)


def _recalled(one: _Amendment) -> _Outcome:
    reason = one.needed("note")
    notices = recall_doubts(one.entry)
    is_news = one.registry.recall(one.key, reason=reason, evidence=one.message_sha256, who=one.who, now=one.now)
    return _Outcome(notices=notices if is_news else (), is_news=is_news)


def _superseded(one: _Amendment) -> _Outcome:
    by = DocumentKey.parse(one.needed("by"))
    is_registered = by in one.registry.entries([by])
    if not is_registered and "now" in (failure := not_registered(one.registry.store, by)).params:
        raise failure
    notices = replacement_doubts(by, is_registered=is_registered)
    one.registry.supersede(one.key, by, evidence=one.message_sha256, who=one.who, now=one.now)
    return _Outcome(notices=notices)


_ACTIONS: Mapping[str, Callable[[_Amendment], _Outcome]] = {
    "exclude": _exclude,
    "include": _include,
    "correct": _correct,
    "issued": _issued,
    "sent": _sent,
    "answered": _answered,
    "recalled": _recalled,
    "superseded": _superseded,
}
_DONE = {
    "exclude": "left out of the figures",
    "include": "put back into the figures",
    "correct": "was corrected",
    "issued": "was issued",
    "sent": "was sent",
    "answered": "a receiver answered",
    "recalled": "was recalled",
    "superseded": "another took its place",
}
_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "exclude": ("reason_code", "note"),
    "include": ("note",),
    "correct": (*_CORRECTED, "file", "appendix", "trust", "note"),
    "issued": ("at",),
    "sent": ("to", "paper", "holiday", "at", "message"),
    "answered": ("to", "code", "at", "message"),
    "recalled": ("note", "message"),
    "superseded": ("by", "message"),
    "history": (),
}
"""What each action heeds; anything else that is given would be lost without a word."""
_NAMES = "exclude|include|correct|issued|sent|answered|recalled|superseded|history"


@click.command(cls=OnceCommand)
@click.argument("action", type=click.Choice([*_ACTIONS, "history"]), metavar=_NAMES)
@click.argument("key", metavar="KEY")
@REGISTER_OPTION
@click.option("--reason", "reason_code", type=click.Choice(_CHOICES), help="exclude: why.")
@click.option("--note", default="", metavar="TEXT", help="Why, in words; recalled needs it.")
@click.option("--agency", metavar="ID", help="correct: identifier of the issuing agency.")
@click.option("--agency-name", metavar="TEXT", help="correct: its name.")
@click.option("--level", metavar="LEVEL", help="correct: province, district or commune.")
@click.option("--number", type=int, help="correct: number (số).")
@click.option("--symbol", metavar="TEXT", help="correct: symbol (ký hiệu).")
@click.option("--date", metavar="YYYY-MM-DD", help="correct: date of issue.")
@click.option("--type", metavar="TYPE", help="correct: type of document (tên loại).")
@click.option("--subject", metavar="TEXT", help="correct: subject (trích yếu).")
@click.option("--secrecy", metavar="none|confidential|secret|top_secret", help="correct: degree of secrecy (độ mật).")
@click.option("--file", type=PATH, metavar="PDF", help="correct: the file, where another one was registered for it.")
@click.option(
    "--appendix", multiple=True, type=PATH, metavar="PDF", help="correct: a file that goes with it; repeatable."
)
@TRUST_OPTION
@click.option("--to", multiple=True, metavar="CODE", help="sent, answered: the receiving agency; sent: repeatable.")
@click.option("--paper", is_flag=True, help="sent: a copy on paper goes with it.")
@click.option("--holiday", multiple=True, metavar="YYYY-MM-DD", help="sent: a day off beside weekends; repeatable.")
@click.option("--code", type=click.Choice(list(STATUSES)), help="answered: the status that came back.")
@click.option("--by", metavar="KEY", help="superseded: the document that takes its place.")
@click.option("--message", type=PATH, metavar="FILE", help="The message that says so; its SHA-256 is kept.")
@click.option("--at", default="", metavar="TIME", help="issued, sent, answered: when; default: now.")
@click.option("--who", default="", metavar="NAME", help="Who says so, for the log; else the user's name.")
@common_options
def amend(console: Console, action: str, key: str, *, register_file: str, who: str, **options: Any) -> int:
    """Say what happened to a registered document: a new event, nothing is rewritten (đính chính, thu hồi, gửi …).

    KEY is as `edocs find --keys` shows it. exclude and include take it out of the figures and back in; correct puts
    right what was registered, its number and agency too; issued, sent, answered, recalled and superseded say what
    became of it. history shows all of that.
    """
    _require_heeded(action, options)
    named = DocumentKey.parse(key)
    with open_registry(console, register_file, read_only=action == "history") as registry:
        if action != "history":
            one = _Amendment(
                console=console,
                registry=registry,
                key=named,
                options=options,
                who=who or user_name(),
                now=datetime.now(HANOI),
            )
            outcome = _ACTIONS[action](one)
            _conclude(one, action, outcome)
            return outcome.code
        history = list(registry.history(named))
        if not history:
            raise not_registered(registry.store, named)
    for item in history:
        show_event(console, item)
    return 0


def _require_heeded(action: str, options: Mapping[str, Any]) -> None:
    given = [name for name, value in options.items() if value not in (None, "", (), False)]
    if strange := [_option(name) for name in given if name not in _OPTIONS[action]]:
        raise UsageError(
            "{options} does not go with {action}",
            hint="edocs amend --help says what each action needs",
            options=", ".join(strange),
            action=action,
        )


def _option(name: str) -> str:
    return "--" + name.removesuffix("_code").replace("_", "-")


def _conclude(one: _Amendment, action: str, outcome: _Outcome) -> None:
    """Say what was noted, and what of it does not fit what the register knows."""
    console, what = one.console, one.console.text(_DONE[action])
    if outcome.is_news:
        console.say("noted: {what}: {key}", what=what, key=one.key)
    else:
        console.say("nothing new: {what}: {key}", what=what, key=one.key)
    for path, report in outcome.verifications.items():
        if not console.json:
            console.result(f"{path}: {console.text(VERDICTS[report.verdict])}")
            show_reasons(console, report)
    for line in notice_lines(outcome.notices, console.lang):
        console.tell(line)
    console.emit(
        {
            "schema": "edocs.amended/1",
            "action": action,
            "key": str(one.key),
            "now": str(outcome.moved_to or one.key),
            "is_news": outcome.is_news,
            "notices": [notice.as_dict(console.lang) for notice in outcome.notices],
            "verifications": [report.as_dict(console.lang) for report in outcome.verifications.values()],
        }
    )
