"""Mutate, verify, and compare what passes with what was signed: the oracle, and a command that counts.

``python -m tests.vectors.soak --count 20000 --processes 2 --keep FOLDER``. A mutated file that passes must look like,
read like and be signed like one of the revisions that somebody really signed. Its number and date alone may have been
filled in since (Decree 30, article 14), which the report then says.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import random
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from edocs.model import TrustStore, Verdict, VerificationReport
from edocs.verify import load_trust, verify_pdf
from vectors import mutate_revisions
from vectors.bench import Bench
from vectors.mutate import Subject, mutate, subjects
from vectors.witness import Seen, see

assert mutate_revisions  # it brings mutations
Signers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one mutation."""

    kind: str
    """``unchanged``, ``refused``, ``passed``, ``filled`` or a violation."""
    how: str = ""
    document: bytes = b""
    seconds: float = 0.0

    @property
    def is_violation(self) -> bool:
        return self.kind not in ("unchanged", "refused", "passed", "filled")


class Oracle:
    """Knows what was signed."""

    def __init__(self, bench: Bench) -> None:
        pki = bench.pki
        self.trust: TrustStore = load_trust([pki.roots, pki.intermediates, pki.crls])
        self.subjects = subjects(bench)
        self.signed: dict[Seen, set[Signers]] = {}
        for subject in self.subjects:
            for prefix in signed_revisions(subject.document):
                seen, report = see(prefix), verify_pdf(prefix, self.trust)
                assert seen is not None, subject.name
                self.signed.setdefault(seen, set()).add(signers(report))

    def judge(self, subject: Subject, how: str, document: bytes) -> Outcome:
        """Verify ``document``, and compare it with what was signed where it passes."""
        if document == subject.document:
            return Outcome(kind="unchanged", how=how)
        begin = time.perf_counter()
        try:
            report = verify_pdf(document, self.trust)
        except Exception as exc:  # noqa: BLE001 - whatever escapes is what is looked for
            return Outcome(kind=f"raised {type(exc).__name__}", how=how, document=document)
        seconds = time.perf_counter() - begin
        if report.verdict is not Verdict.TOTAL_PASSED:
            return Outcome(kind="refused", how=how, seconds=seconds)
        return Outcome(kind=self.compare(report, document), how=how, document=document, seconds=seconds)

    def compare(self, report: VerificationReport, document: bytes) -> str:
        """What a pass is worth: ``document`` held against everything that was signed."""
        notices = {notice.rule for signature in report.signatures for notice in signature.notices}
        seen = see(document)
        if seen is None:
            return "passed, and PDFium cannot open it"
        found = self.signed.get(seen)
        if found is None:
            return "filled" if "changes.not_issued" in notices else "passed, and looks otherwise"
        return "passed" if signers(report) in found else "passed, and is signed otherwise"


def signers(report: VerificationReport) -> Signers:
    """Field and certificate of each signature, in order."""
    return tuple((signature.field, signature.certificate_sha256) for signature in report.signatures)


def signed_revisions(document: bytes) -> Iterator[bytes]:
    """The file as each of its signers and timestamps left it, and as it is."""
    ends = {int(found[1]) + int(found[2]) for found in re.finditer(rb"/ByteRange ?\[ ?0 \d+ (\d+) (\d+)", document)}
    for end in sorted(ends | {len(document)}):
        yield document[:end]


def run(oracle: Oracle, seeds: range) -> Iterator[tuple[int, Outcome]]:
    """One mutation a seed."""
    for seed in seeds:
        random_ = random.Random(seed)
        subject = random_.choice(oracle.subjects)
        how, document = mutate(random_, subject)
        yield seed, oracle.judge(subject, f"{subject.name}: {how}", document)


@cache
def _oracle() -> Oracle:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    from vectors import build

    assert build.MODULES
    return Oracle(Bench())


def _batch(seeds: range) -> list[tuple[int, Outcome]]:
    return list(run(_oracle(), seeds))


def main() -> int:
    """Count, and say what is wrong; exit code 1 where something is."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.soak", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--keep", type=Path, help="write violations here")
    options = parser.parse_args()
    stop = options.seed + options.count
    batches = [range(begin, min(begin + 50, stop)) for begin in range(options.seed, stop, 50)]
    counts: Counter[str] = Counter()
    slowest, begin = (0.0, 0), time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for done, batch in enumerate(pool.imap_unordered(_batch, batches), 1):
            for seed, outcome in batch:
                counts[outcome.kind] += 1
                slowest = max(slowest, (outcome.seconds, seed))
                if outcome.is_violation:
                    _report(seed, outcome, options.keep)
            if done % 20 == 0:
                print(f"{sum(counts.values())} {_text(counts)}", file=sys.stderr, flush=True)
    print(f"{sum(counts.values())} mutations in {time.perf_counter() - begin:.0f} s: {_text(counts)}")
    print(f"slowest verification: {slowest[0]:.1f} s (seed {slowest[1]})")
    return int(any(kind.startswith(("passed,", "raised")) for kind in counts))


def _report(seed: int, outcome: Outcome, folder: Path | None) -> None:
    print(f"seed {seed}: {outcome.kind}: {outcome.how}", flush=True)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{seed}.pdf").write_bytes(outcome.document)


def _text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
