"""``edocs prove``, ``fsck`` and ``backup``: what the register's log proves, whether it is whole, and a copy of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import click

from edocs._files import not_written, read_file, require_free, write_file
from edocs.connect import SignerRecipe, open_register
from edocs.errors import StoreError, UsageError
from edocs.model import DocumentKey, Level, LogExtent, TrustStore, Verdict
from edocs.model.checkpoint import Checkpoint, ConsistencyProof, InclusionProof, read_proof
from edocs.model.times import clock_text
from edocs.proving import (
    checkpoint_faults,
    judge_checkpoint,
    make_checkpoint,
    prove_growth,
    prove_inclusion,
    sign_checkpoint,
)
from edocs.registry import Registry
from edocs.reports.wording import number_text

from .checkpoints import read_checkpoint
from .console import FORCE_OPTION, PATH, Console, common_options, worst
from .evidence import EVIDENCE_OPTIONS, read_evidence
from .once import OnceCommand
from .registers import REGISTER_OPTION, open_registry, register_files
from .trusting import TRUST_OPTION, find_trust
from .verdicts import EXIT_CODES, signature_lines

_EVERY_S = 2.0


_OPTIONS = (
    click.option("--register", "register_file", metavar="FILE|postgresql://…", help="The register to prove from."),
    click.option("--document", metavar="KEY", help="Prove what happened to it; a key as `edocs find --keys` shows."),
    click.option("--since", type=PATH, metavar="OLD.json", help="Prove that the log only grew since this checkpoint."),
    click.option("--checkpoint", type=PATH, metavar="FILE", help="Prove against this checkpoint; else against now."),
    click.option("--signer", metavar="URI", help="Sign the checkpoint of now: pkcs12:PATH, X.p12, pkcs11:…"),
    TRUST_OPTION,
    *EVIDENCE_OPTIONS,
    click.option("-o", "--output", type=PATH, metavar="OUT.json", help="The checkpoint or the proof."),
)


def _prove_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command(cls=OnceCommand)
@click.argument("files", nargs=-1, type=PATH, metavar="[FILE...]")
@_prove_options
@FORCE_OPTION
@common_options
def prove(
    console: Console,
    files: tuple[Path, ...],
    *,
    register_file: str | None,
    document: str | None,
    since: Path | None,
    checkpoint: Path | None,
    output: Path | None,
    force: bool,
    **options: Any,
) -> int:
    """Make a checkpoint of the register's log, prove something against one, or check FILEs (chứng minh).

    With --register and -o: a checkpoint of now; with --document: that its events are in the log; with --since: that the
    log only grew. Without --register: FILEs are checked, and nothing else is needed for it.
    """
    if register_file is None:
        if not files or document or since or checkpoint or options["signer"] or output:
            raise UsageError("nothing to prove", hint="--register FILE -o OUT.json, or the files to check")
        return _check(console, files, options["trust"])
    if files or output is None or (document and since):
        raise UsageError("nothing to prove", hint="--register FILE -o OUT.json, or the files to check")
    require_free(output, force=force)
    with open_registry(console, register_file, read_only=True) as registry:
        now = _of_now(console, registry.store, options) if checkpoint is None else read_checkpoint(checkpoint)
        proof: Checkpoint | InclusionProof | ConsistencyProof = now
        if document:
            proof = prove_inclusion(registry.store, DocumentKey.parse(document), now)
        elif since:
            proof = prove_growth(registry.store, read_checkpoint(since), now)
    text = json.dumps(proof.as_dict(), ensure_ascii=False, indent=2) + "\n"
    write_file(output, text.encode(), inputs=register_files(register_file))
    console.emit({"path": str(output), **now.as_dict()})
    console.result(
        console.text("written: {path}: {size} events, root {root}", path=output, size=now.size, root=now.root.hex())
    )
    return 0


def _of_now(console: Console, store: Any, options: dict[str, Any]) -> Checkpoint:
    now = datetime.now(UTC)
    made = make_checkpoint(store, now)
    if options["signer"] is None:
        if options["tsa"]:
            raise UsageError("there is no key to sign the checkpoint with", hint="--signer URI")
        return made
    level = Level.B_T if options["tsa"] else Level.B_B
    evidence = read_evidence(console, {**options, "level": level.value})
    signer = SignerRecipe(options["signer"], console.ask_secret)(
        lambda code: console.say("confirm on the phone only if it shows {code}", code=code)
    )
    return sign_checkpoint(made, signer, now=now, evidence=evidence)


def _check(console: Console, files: Sequence[Path], trust: Sequence[Path]) -> int:
    """Whether proofs hold, and whose the checkpoints are that they rest on."""
    store, trust_code = find_trust(console, trust)
    codes = [trust_code]
    for path in files:
        proof = read_proof(read_file(path))
        holds, text = _holding(console, proof)
        console.result(f"{path}: {text}")
        for checkpoint in _checkpoints_of(proof):
            codes.append(_vouched(console, checkpoint, store, is_asked=bool(trust)))
        console.emit({"schema": "edocs.proof_check/1", "path": str(path), "holds": holds, **proof.as_dict()})
        codes.append(0 if holds else 1)
    return worst(codes)


def _holding(console: Console, proof: Checkpoint | InclusionProof | ConsistencyProof) -> tuple[bool, str]:
    if isinstance(proof, Checkpoint):
        at = clock_text(proof.at)
        text = "checkpoint of {origin} at {at}: {size} events, root {root}"
        return True, console.text(
            text, origin=proof.origin, at=at, size=number_text(proof.size, console.lang), root=proof.root.hex()
        )
    if isinstance(proof, InclusionProof):
        if faulty := proof.faulty:
            return False, console.text("NOT in the log: events {ids}", ids=", ".join(map(str, faulty)))
        return True, console.text("in the log: {count} events", count=len(proof.events))
    grown = {"old": proof.old.size, "new": proof.new.size}
    if not proof.holds:
        return False, console.text("the log did NOT only grow from {old} to {new} events", **grown)
    return True, console.text("the log only grew, from {old} to {new} events", **grown)


def _checkpoints_of(proof: Checkpoint | InclusionProof | ConsistencyProof) -> Sequence[Checkpoint]:
    if isinstance(proof, Checkpoint):
        return [proof]
    return [proof.checkpoint] if isinstance(proof, InclusionProof) else [proof.old, proof.new]


@click.command(cls=OnceCommand)
@REGISTER_OPTION
@click.option("--checkpoint", "checkpoints", multiple=True, type=PATH, metavar="FILE", help="Kept outside; repeatable.")
@TRUST_OPTION
@click.option("--rebuild", is_flag=True, help="Make state and counts anew from the log, then check.")
@click.option("--upgrade", is_flag=True, help="Bring a register of an older version up to date, then check.")
@common_options
def fsck(
    console: Console,
    register_file: str,
    checkpoints: tuple[Path, ...],
    trust: tuple[Path, ...],
    rebuild: bool,
    upgrade: bool,
) -> int:
    """Make everything in the register anew from its log and compare (kiểm tra sổ).

    Checkpoints that were kept outside show what the register alone cannot: that its end was cut off, or that it was
    made anew. Exit code 1 where something is wrong; the first bad event is named.
    """
    outside = [read_checkpoint(path) for path in checkpoints]
    store, trust_code = find_trust(console, trust) if outside else (None, 0)
    codes = [trust_code]
    for path, one in zip(checkpoints, outside, strict=True):
        console.result(f"{path}: {_holding(console, one)[1]}")
        codes.append(_vouched(console, one, store, is_asked=bool(trust)))
    with open_registry(console, register_file, read_only=not (rebuild or upgrade)) as registry:
        progress = _told(console)
        if rebuild:
            console.say("{count} events", count=registry.store.rebuild(progress))
        with registry.store.snapshot():  # others may write meanwhile: what is said is of one moment
            faults = [*registry.check(progress)]
            if not faults:
                faults += checkpoint_faults(registry.store, outside)
            notices = registry.clock_notices()
            extent = _extent(registry)
    for notice in notices:
        console.tell(notice.text(console.lang))
    for fault in faults:
        console.result(console.text("FAULT") + f": {fault.text(console.lang)} [{fault.rule}]")
    console.emit(
        {
            "schema": "edocs.fsck/1",
            "events": extent.events,
            "root_sha256": extent.sha256 or None,
            "faults": [fault.as_dict(console.lang) for fault in faults],
            "notices": [notice.as_dict(console.lang) for notice in notices],
        }
    )
    if not faults:
        text = "the register is whole: {events} events, root {root}"
        console.result(console.text(text, events=number_text(extent.events, console.lang), root=extent.sha256))
    return worst([*codes, 1 if faults else 0])


def _extent(registry: Registry) -> LogExtent:
    """What the log says that it is; of one with holes in it nothing can be said."""
    try:
        return registry.extent()
    except StoreError:
        return LogExtent()


def _vouched(console: Console, checkpoint: Checkpoint, store: TrustStore | None, *, is_asked: bool) -> int:
    """Say who signed a checkpoint. What comes of it counts where somebody is believed; that nobody did, where asked."""
    report = judge_checkpoint(checkpoint, store)
    if report is None:
        console.result("  " + console.text("the checkpoint is not signed"))
        return 3 if is_asked else 0
    for line in signature_lines(report, console.lang):
        console.result(f"  {line}")
    counts = store is not None or report.verdict is Verdict.TOTAL_FAILED
    return EXIT_CODES[report.verdict] if counts else 0


@click.command(cls=OnceCommand)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@common_options
def backup(console: Console, source: str, target: str) -> int:
    """Copy a register, while others use it, into a new file or an empty database; or back (sao lưu, phục hồi sổ).

    FROM and TO are files or postgresql:// addresses. The copy has the same events, the same root and the same figures,
    which is checked before it is kept.
    """
    _require_none(target)
    with open_registry(console, source, read_only=True) as registry:
        copied = _copy(console, registry.store, target)
    console.emit({"schema": "edocs.backup/1", "path": target, "events": copied.events, "root_sha256": copied.sha256})
    text = "copied: {path}: {events} events, root {root}"
    console.result(console.text(text, path=target, events=number_text(copied.events, console.lang), root=copied.sha256))
    return 0


def _require_none(target: str) -> None:
    if "://" not in target:
        require_free(Path(target), hint="choose another name")


def _copy(console: Console, source: Any, target: str) -> Any:
    """A file appears under its name only when it is whole."""
    if "://" in target:
        store = open_register(target, console.ask_secret)
        try:
            return source.copy_into(store, _told(console))
        finally:
            store.close()
    path = Path(target)
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")  # its own: two at once must not mix
    wal = part.with_name(f"{part.name}-wal")
    try:
        store = open_register(str(part))
        try:
            extent = source.copy_into(store, _told(console))
        finally:
            store.close()
        if wal.exists() and wal.stat().st_size:  # what stands there only is not in the file
            raise OSError("the write-ahead log could not be taken into it")
        _require_none(str(path))
        part.replace(path)
        return extent
    except OSError as exc:
        raise not_written(path, exc) from exc
    finally:
        for name in (part, wal, part.with_name(f"{part.name}-shm")):
            with suppress(OSError):
                name.unlink()


def _told(console: Console) -> Callable[[int], None]:
    """How many events were looked at, every two seconds."""
    due = time.monotonic() + _EVERY_S

    def tell(count: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY_S
            console.say("{count} events so far", count=number_text(count, console.lang))

    return tell
