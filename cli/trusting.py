"""``edocs trust``: the managed folder of roots, pins and trusted lists; and how ``--trust`` is read.

Kho điểm tin cậy. Nothing that is believed by itself gets in without somebody's consent: an answer, ``--yes``, or the
fingerprint given beforehand. Entries are files: ``_trust/managed.py``.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edocs.errors import RefusedError, UsageError
from edocs.model import HANOI, TrustStore

from .console import PATH, Console, common_options, worst
from .once import OnceCommand

if TYPE_CHECKING:
    from edocs._trust.managed import TrustEntry
    from edocs._trust.pins import PinUse
    from edocs.errors import TrustListError

__all__ = ["TRUST_OPTION", "find_trust", "read_trust", "store_folder", "trust", "trust_paths"]

_ACTIONS = ("add", "list", "remove", "check")
_USES = ("anchor", "signer", "timestamp", "list-operator")
_KINDS = {
    "anchor": "root",
    "intermediate": "intermediate CA",
    "crl": "revocation list",
    "list": "trusted list",
    "list-operator": "operator of trusted lists",
    "signer": "pinned signer",
    "timestamp": "pinned timestamping authority",
}

TRUST_OPTION = click.option(
    "--trust",
    "-t",
    multiple=True,
    type=PATH,
    help="Roots, CAs, CRLs, pins, trusted lists; default: what edocs trust has.",
)


@click.command(cls=OnceCommand)
@click.argument("action", type=click.Choice(_ACTIONS), metavar="add|list|remove|check")
@click.argument("items", nargs=-1, metavar="[FILE...|SHA256...]")
@click.option("--as", "use", type=click.Choice(_USES), help="add: what the certificates are believed for.")
@click.option("--fingerprint", multiple=True, metavar="SHA256", help="add: consent to this certificate; repeatable.")
@click.option("--yes", is_flag=True, help="add: consent to everything in the files.")
@click.option("--store", type=PATH, metavar="DIR", help="The folder; default: EDOCS_TRUST, or the user's for edocs.")
@common_options
def trust(
    console: Console,
    *,
    action: str,
    items: Sequence[str],
    use: str | None,
    fingerprint: Sequence[str],
    yes: bool,
    store: Path | None,
) -> int:
    """Manage whom edocs believes (kho điểm tin cậy).

    add FILE... shows each certificate and asks before it is believed; list shows what is there; remove SHA256... takes
    entries out by the first digits of their fingerprint; check says what has expired, is weak or incomplete.
    """
    folder = store_folder(store)
    if action == "add":
        return _add(console, folder, [Path(item) for item in items], (use, fingerprint, yes))
    if use or fingerprint or yes:
        raise UsageError("--as, --fingerprint and --yes belong to add")
    if action == "remove":
        return _remove(console, folder, items)
    if items:
        raise UsageError("{action} takes no files", action=action)
    return _list(console, folder) if action == "list" else _check(console, folder)


def store_folder(given: Path | None = None) -> Path:
    """The managed store: what ``--store`` says, else ``EDOCS_TRUST``, else the user's folder for edocs."""
    named = os.environ.get("EDOCS_TRUST")
    return given or (Path(named) if named else Path(click.get_app_dir("edocs")) / "trust")


def read_trust(
    console: Console, paths: Sequence[Path], more: Sequence[Path] = (), at: datetime | None = None
) -> tuple[TrustStore, int]:
    """What ``--trust`` gives, or without it the managed store, which is said; and 5 where a trusted list is kept out.

    Args:
        more: Revocation lists, which are no reason to leave the managed store out.
        at: As of when trusted lists must hold; None: now.

    Raises:
        UsageError: One of the paths gives nothing.
    """
    chosen = trust_paths(console, paths)
    if not chosen and not more:
        return TrustStore(), 0
    kept_out: list[TrustListError] = []
    load: Callable[..., TrustStore] = importlib.import_module("edocs.verify").load_trust
    found = load([*chosen, *more], at, kept_out.append)
    for error in kept_out:
        console.error(error)
    return found, worst(error.exit_code for error in kept_out)


def find_trust(console: Console, paths: Sequence[Path]) -> tuple[TrustStore | None, int]:
    """As :func:`read_trust`; None where neither ``--trust`` nor a managed store says whom to believe."""
    chosen = trust_paths(console, paths)
    return read_trust(console, chosen) if chosen else (None, 0)


def trust_paths(console: Console, paths: Sequence[Path]) -> list[Path]:
    """What ``--trust`` names, or without it the managed store where there is one, which is said."""
    if paths or not _holds_something(store_folder()):
        return list(paths)
    console.say("whom to believe: the managed store {path}", path=store_folder())
    return [store_folder()]


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(file.is_file() for file in folder.iterdir())


def _entries(folder: Path) -> list[TrustEntry]:
    managed = importlib.import_module("edocs._trust.managed")
    found: list[TrustEntry] = managed.read_entries(managed.read_store(folder))
    return found


def _add(console: Console, folder: Path, files: Sequence[Path], how: tuple[str | None, Sequence[str], bool]) -> int:
    use, given, yes = how
    digests = _digests(given)
    entries = _offered(folder, files, use, digests)
    believed = [entry for entry in entries if entry.needs_consent]
    # Each fingerprint must be met, and whatever is believed must have been given: else somebody swapped the file.
    if digests:
        _require_agreed(entries, believed, digests)
    is_asked = bool(believed) and not digests and not yes
    if is_asked or not console.quiet:  # nobody agrees to what was not shown
        click.echo("\n".join(_describe(console, entry) for entry in entries), err=True)
    if is_asked:
        _ask(console)
    for entry in entries:
        importlib.import_module("edocs._trust.managed").add_entry(folder, entry)
        _emit(console, "add", entry)
    console.say("added to {path}: {count}", count=len(entries), path=folder)
    return 0


def _require_agreed(entries: Sequence[TrustEntry], believed: Sequence[TrustEntry], digests: frozenset[str]) -> None:
    if missing := digests - {entry.sha256 for entry in entries}:
        raise RefusedError(
            "another certificate than the one with that fingerprint: {sha256}",
            hint="nothing was added; do not trust this file",
            sha256=min(missing),
        )
    if strangers := [entry for entry in believed if entry.sha256 not in digests]:
        raise RefusedError(
            "no fingerprint was given of {name}, which would be believed too",
            hint="nothing was added; give the --fingerprint of each that you know, or the file of one alone",
            name=strangers[0].name or strangers[0].sha256,
        )


def _digests(given: Sequence[str]) -> frozenset[str]:
    read = importlib.import_module("edocs._trust.pins").read_fingerprint
    if wrong := [text for text in given if not read(text)]:
        raise UsageError("not a SHA-256 in hex: {text}", hint="64 digits, colons allowed", text=wrong[0])
    return frozenset(read(text) for text in given)


def _offered(folder: Path, files: Sequence[Path], use: str | None, digests: frozenset[str]) -> list[TrustEntry]:
    """What would be added; trusted lists only where they hold."""
    pins = importlib.import_module("edocs._trust.pins")
    managed = importlib.import_module("edocs._trust.managed")
    if not files:
        if not (use and digests):
            raise UsageError("nothing to add", hint="give files, or --fingerprint with --as")
        return [managed.bare_pin(pins.Pin(use=pins.PinUse(use), sha256=digest)) for digest in sorted(digests)]
    chosen: PinUse | None = pins.PinUse(use) if use else None
    material = importlib.import_module("edocs._trust.trust_file")
    read = [material.read_trust_file(file) for path in files for file in material.trust_files(path)]
    entries: list[TrustEntry] = [entry for file in read for entry in managed.offered_entries(file, chosen)]
    if not entries:
        raise UsageError("nothing to add in {path}", path=", ".join(map(str, files)))
    if any(file.trusted_list for file in read):
        lists = importlib.import_module("edocs._trust.trust_lists")
        _, faults = lists.read_trust_lists([*managed.read_store(folder), *read], datetime.now(UTC))
        if own := [fault for fault in faults if fault.params["path"] in {str(file.path) for file in read}]:
            raise own[0]
    return entries


def _ask(console: Console) -> None:
    try:
        agreed = click.confirm(console.text("believe them?"), default=False, err=True)
    except click.Abort as exc:
        raise RefusedError("nobody is there to agree", hint="--fingerprint SHA256, or --yes") from exc
    if not agreed:
        raise RefusedError("not agreed; nothing was added")


def _list(console: Console, folder: Path) -> int:
    entries = _entries(folder)
    for entry in entries:
        _emit(console, "list", entry)
        if not console.json:
            console.result(_describe(console, entry))
    console.say("entries in {path}: {count}", count=len(entries), path=folder)
    return 0


def _remove(console: Console, folder: Path, prefixes: Sequence[str]) -> int:
    if not prefixes:
        raise UsageError("nothing to remove", hint="the first digits of a fingerprint: see edocs trust list")
    managed = importlib.import_module("edocs._trust.managed")
    entries = _entries(folder)
    doomed = [managed.find_entry(entries, prefix) for prefix in prefixes]  # all are found before one is taken out
    for entry in doomed:
        managed.remove_entry(entry)
        _emit(console, "remove", entry)
        console.say("removed: {name}", name=entry.name or entry.sha256)
    return 0


def _check(console: Console, folder: Path) -> int:
    managed = importlib.import_module("edocs._trust.managed")
    files = managed.read_store(folder)
    entries = managed.read_entries(files)
    if not entries:
        raise UsageError("nothing is in the trust store {path}", hint="edocs trust add FILE", path=folder)
    findings = importlib.import_module("edocs._trust.trust_check").check_entries(entries, files, datetime.now(UTC))
    for entry in entries:
        own = [item for item in findings if item.entry is entry]
        said = [(item.is_fault, console.text(item.template, **item.params)) for item in own]
        _emit(console, "check", entry, [{"fault": fault, "message": text} for fault, text in said])
        if not console.json:
            state = "fault" if any(fault for fault, _ in said) else "warning" if said else "ok"
            lines = [f"{console.text(state)}: {_describe(console, entry)}", *(f"    → {text}" for _, text in said)]
            console.result("\n".join(lines))
    faulty = len({item.entry.sha256 for item in findings if item.is_fault})
    console.say(
        "entries in {path}: {count}, of which {faulty} cannot be relied on",
        path=folder,
        count=len(entries),
        faulty=faulty,
    )
    return worst(5 if item.entry.kind.value == "list" else 3 for item in findings if item.is_fault)


def _describe(console: Console, entry: TrustEntry) -> str:
    kind = console.text(_KINDS[entry.kind.value])
    # A name is its maker's: what could steer the terminal is not shown to whoever is asked.
    name = "".join(letter if letter.isprintable() else "�" for letter in entry.name)
    lines = [f"{kind}: {name}" if name else kind, f"    SHA-256 {_colons(entry.sha256)}"]
    if entry.not_before or entry.not_after:
        lines.append(f"    {_day(entry.not_before)} – {_day(entry.not_after)}")
    return "\n".join(lines)


def _colons(digest: str) -> str:
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2)).upper()


def _day(moment: datetime | None) -> str:
    return moment.astimezone(HANOI).strftime("%d/%m/%Y") if moment else "…"


def _emit(console: Console, action: str, entry: TrustEntry, findings: Iterable[object] | None = None) -> None:
    value: dict[str, object] = {
        "schema": "edocs.trust/1",
        "action": action,
        "kind": entry.kind.value,
        "pin": entry.is_pin,
        "sha256": entry.sha256,
        "name": entry.name,
        "not_before": _iso(entry.not_before),
        "not_after": _iso(entry.not_after),
        "paths": [str(path) for path in entry.paths],
    }
    console.emit(value if findings is None else {**value, "findings": list(findings)})


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(HANOI).isoformat(timespec="seconds") if moment else None
