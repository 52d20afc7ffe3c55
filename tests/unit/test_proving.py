"""What a log proves to who does not trust its keeper: every change of the past is seen from a checkpoint outside."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from register_samples import NOW, issued, make_document
from servers.pki import PkiService

from edocs.connect import open_signer, open_timestamper
from edocs.errors import UnreadableError, UsageError
from edocs.model import DocumentKey, Submission, TimeSource, TrustStore, Verdict, VerificationOptions, read_facts
from edocs.model.checkpoint import Checkpoint, ConsistencyProof, InclusionProof, read_proof
from edocs.ports import Evidence, Signer
from edocs.proving import (
    checkpoint_faults,
    judge_checkpoint,
    make_checkpoint,
    prove_growth,
    prove_inclusion,
    sign_checkpoint,
)
from edocs.registry import Registry
from edocs.verify import load_trust

KEY = make_document(3).key
SIGNED_AT = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Sổ.db"


@pytest.fixture
def registry(path: Path) -> Iterator[Registry]:
    with Registry.open(path) as opened:
        fill(opened, range(1, 300))
        yield opened


def fill(registry: Registry, numbers: range) -> None:
    """Documents, of which those with an odd number were verified."""
    submissions = [
        Submission(document=one, facts=read_facts(issued(one).as_dict()) if one.code.number % 2 else None)
        for one in map(make_document, numbers)
    ]
    registry.register_many(submissions, who="văn thư", now=NOW)


def again(proof: Checkpoint | InclusionProof | ConsistencyProof) -> object:
    return read_proof(json.dumps(proof.as_dict()).encode())


def test_checkpoint_of_a_log_that_only_grew_holds(registry: Registry) -> None:
    checkpoint = make_checkpoint(registry.store, NOW)

    fill(registry, range(300, 600))

    assert checkpoint_faults(registry.store, [checkpoint]) == ()
    assert checkpoint.size == 299 + 150


def make_log_anew(path: Path, change: Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]]) -> None:
    """What somebody with the file can do: any log at all, every hash and figure made to fit, the name kept."""
    with closing(sqlite3.connect(path)) as connection:
        rows = change(list(connection.execute("SELECT * FROM event ORDER BY id")))
        [origin] = connection.execute("SELECT origin FROM register").fetchone()
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    Registry.open(path).close()
    from edocs.stores.rows import expected_leaf

    with closing(sqlite3.connect(path)) as connection:
        first: dict[object, int] = {}
        for id, row in enumerate(rows, 1):
            place = first.setdefault(row[5], id)
            fresh = (id, *row[1:4], place, *row[5:8], b"")
            marks = ", ".join("?" * 9)
            connection.execute(f"INSERT INTO event VALUES ({marks})", (*fresh[:8], expected_leaf(fresh)))
        connection.execute("UPDATE register SET origin = ?", (origin,))
        connection.commit()
    with Registry.open(path) as made:
        made.store.rebuild()


EDITS: dict[str, Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]]] = {
    "edit": lambda rows: [(*row[:7], str(row[7]).replace("Về việc", "Vê việc"), row[8]) for row in rows],
    "insertion": lambda rows: [*rows[:10], (*rows[10][:2], "kẻ gian", *rows[10][3:]), *rows[11:]],
    "deletion": lambda rows: [row for row in rows if row[5] != str(KEY)],
    "reordering": lambda rows: [*rows[:2], rows[3], *rows[4:5], rows[2], *rows[5:]],
    "truncation": lambda rows: rows[:-1],
    "roll-back": lambda rows: rows[:200],
    "roll-back, then others": lambda rows: [*rows[:200], *[row for row in rows[250:] if row[3] == "registered"]],
}


@pytest.mark.parametrize("name", EDITS)
def test_log_made_anew_is_whole_by_itself_and_not_the_one_of_the_checkpoint(
    name: str, registry: Registry, path: Path
) -> None:
    checkpoint = make_checkpoint(registry.store, NOW)
    registry.close()

    make_log_anew(path, EDITS[name])

    with Registry.open(path, read_only=True) as changed:
        assert changed.check() == ()
        [fault] = checkpoint_faults(changed.store, [checkpoint])
    assert fault.rule == "register.checkpoint"


def test_checkpoint_of_another_register_is_told_apart(registry: Registry, tmp_path: Path) -> None:
    with Registry.open(tmp_path / "khác.db") as other:
        fill(other, range(1, 5))
        [fault] = checkpoint_faults(registry.store, [make_checkpoint(other.store, NOW)])

    assert "another register" in fault.text()


def test_inclusion_of_a_document_is_proved_by_the_file_alone(registry: Registry) -> None:
    checkpoint = make_checkpoint(registry.store, NOW)
    proof = again(prove_inclusion(registry.store, KEY, checkpoint))

    assert isinstance(proof, InclusionProof)
    assert ([event.kind for event in proof.events], proof.faulty) == (["registered", "verified"], ())


@pytest.mark.parametrize("field", ["at", "who", "kind", "subject", "evidence", "payload", "document", "id"])
def test_changed_word_of_a_proved_event_is_found(field: str, registry: Registry) -> None:
    proof = prove_inclusion(registry.store, KEY, make_checkpoint(registry.store, NOW))
    first, *rest = proof.events
    value = getattr(first, field)
    changed = replace(first, **{field: value + 1 if isinstance(value, int) else value + " "})

    assert replace(proof, events=(changed, *rest)).faulty == (changed.id,)


def test_inclusion_counts_only_what_the_checkpoint_has(registry: Registry) -> None:
    checkpoint = make_checkpoint(registry.store, NOW)
    registry.recall(KEY, reason="sai nội dung", who="văn thư", now=NOW)

    proof = prove_inclusion(registry.store, KEY, checkpoint)

    assert [event.kind for event in proof.events] == ["registered", "verified"]
    with pytest.raises(UsageError, match="not registered"):
        prove_inclusion(registry.store, DocumentKey.parse("H99:2026:open:999:X"), checkpoint)


def test_growth_between_checkpoints_is_proved(registry: Registry) -> None:
    old = make_checkpoint(registry.store, NOW)
    fill(registry, range(300, 700))
    new = make_checkpoint(registry.store, NOW + timedelta(days=1))
    proof = again(prove_growth(registry.store, old, new))

    assert isinstance(proof, ConsistencyProof)
    assert proof.holds
    assert not replace(proof, old=replace(old, root=new.root)).holds
    assert not replace(proof, old=replace(old, origin="another")).holds
    assert not replace(proof, new=replace(new, root=old.root)).holds
    with pytest.raises(UsageError, match="more events"):
        prove_growth(registry.store, new, old)


def test_growth_from_nothing_is_proved(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "mới.db") as empty:
        old = make_checkpoint(empty.store, NOW)
        fill(empty, range(1, 4))
        new = make_checkpoint(empty.store, NOW)

        assert prove_growth(empty.store, old, new).holds


@pytest.mark.parametrize("name", ["seal", "leader-p256"])
def test_signed_checkpoint_passes_and_any_change_of_it_fails(
    name: str, registry: Registry, open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    made = make_checkpoint(registry.store, SIGNED_AT)
    signed = again(sign_checkpoint(made, open_key(name), now=SIGNED_AT))
    options = VerificationOptions(at=SIGNED_AT)

    assert isinstance(signed, Checkpoint)
    passed = judge_checkpoint(signed, trust, options)
    assert passed is not None and passed.verdict is Verdict.TOTAL_PASSED
    for changed in (
        replace(signed, size=signed.size + 1),
        replace(signed, root=b"\0" * 32),
        replace(signed, origin="another"),
        replace(signed, at=signed.at + timedelta(seconds=1)),
    ):
        failed = judge_checkpoint(changed, trust, options)
        assert failed is not None and failed.verdict is Verdict.TOTAL_FAILED


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    running = PkiService(tmp_path_factory.mktemp("pki"), Path(__file__).parents[2] / "certs" / "test" / "keys")
    running.reset(SIGNED_AT)
    yield running
    running.stop()


def test_timestamp_proves_when_a_checkpoint_was_made(registry: Registry, service: PkiService) -> None:
    signer = open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase)
    stamper = open_timestamper([f"{service.url}/tsa"], lambda name: name)
    trust = load_trust([service.pki.roots, service.pki.intermediates, service.pki.crls])
    made = make_checkpoint(registry.store, SIGNED_AT)
    later = VerificationOptions(at=datetime(2034, 1, 1, tzinfo=UTC))

    stamped = again(sign_checkpoint(made, signer, now=SIGNED_AT, evidence=Evidence(timestamper=stamper)))
    plain = sign_checkpoint(made, signer, now=SIGNED_AT)

    assert isinstance(stamped, Checkpoint)
    proven, claimed = judge_checkpoint(stamped, trust, later), judge_checkpoint(plain, trust, later)
    assert proven is not None and claimed is not None
    assert (proven.verdict, proven.time_source) == (Verdict.TOTAL_PASSED, TimeSource.TIMESTAMP)
    assert claimed.time_source is TimeSource.CLAIMED


def test_unsigned_checkpoint_has_no_verdict(registry: Registry) -> None:
    assert judge_checkpoint(make_checkpoint(registry.store, NOW)) is None


def test_certificate_of_another_is_no_signer(
    registry: Registry, open_key: Callable[[str], Signer], trust: TrustStore
) -> None:
    signed = sign_checkpoint(make_checkpoint(registry.store, SIGNED_AT), open_key("seal"), now=SIGNED_AT)
    other = sign_checkpoint(make_checkpoint(registry.store, SIGNED_AT), open_key("leader"), now=SIGNED_AT)
    assert signed.signature is not None and other.signature is not None

    swapped = replace(signed, signature=replace(signed.signature, certificate=other.signature.certificate))

    report = judge_checkpoint(swapped, trust, VerificationOptions(at=SIGNED_AT))
    assert report is not None and report.verdict is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"schema": "edocs.checkpoint/1"}',
        b'{"schema": "edocs.checkpoint/9"}',
        b'{"schema": "edocs.checkpoint/1", "origin": "x", "size": -1, "root_sha256": "00", "at": "2026-03-05"}',
        b'{"schema": "edocs.inclusion/1", "checkpoint": {}, "events": 7}',
        b"[" * 100_000,
    ],
)
def test_file_that_is_no_proof_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_proof(data)
