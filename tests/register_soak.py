"""Writers and readers of one register, killed at random: nothing that was acknowledged is lost, and all adds up.

    python tests/register_soak.py --seconds 600 --writers 8 --readers 4 sqlite:FOLDER | postgresql://…

Each writer enters documents of an agency of its own, verifies some again, excludes and corrects others, and notes what
was committed in a file of its own. Readers compare kept counts with a scan, in one snapshot. Twice a second
one of them is ended without a warning and started again. Prints what it found; exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from register_samples import AGENCY, NOW, PERSON, make_document, make_report, signature
from register_samples import issued as passed

from edocs.connect import open_register
from edocs.errors import StoreError
from edocs.model import HANOI, Agency, AgencyLevel, Exclusion, Query, Submission, read_facts
from edocs.registry import Registry

_KILL_EVERY_S = 0.5
_BEFORE_ALL = date(1900, 1, 2)
"""A period that begins within a month is answered by a scan of all documents."""


def write(where: str, number: int, journal: Path) -> None:
    """Enter documents until somebody ends the process; what was committed is noted."""
    agency = Agency(id=f"H99.{number:02d}", name=f"Cơ quan {number}", level=list(AgencyLevel)[number % 3])
    luck = random.Random(time.time_ns())
    last = max((int(line) for line in journal.read_text(encoding="utf-8").split()), default=0)
    with journal.open("a", encoding="utf-8") as notes, Registry(open_register(where)) as registry:
        for entry in registry.find(Query(agency=agency.id)):  # what was committed just before the end is not noted
            last = max(last, entry.document.code.number)
        while True:
            numbers = range(last + 1, last + 1 + luck.choice([1, 1, 1, 5, 40]))
            documents = [
                make_document(one, agency, issued_on=datetime(2026, 1 + one % 6, 1 + one % 28, tzinfo=HANOI))
                for one in numbers
            ]
            registry.register_many(
                [Submission(document=one, facts=read_facts(passed(one).as_dict())) for one in documents],
                who="văn thư",
                now=NOW,
            )
            last = numbers[-1]
            notes.write("".join(f"{one}\n" for one in numbers))
            notes.flush()
            one = luck.choice(documents)
            match luck.randrange(4):
                case 0:
                    registry.exclude(one.key, Exclusion.PERSONNEL, who="văn thư", now=NOW)
                case 1:
                    registry.correct(one.key, replace(one, type="BC"), who="văn thư", now=NOW)
                case 2:
                    again = make_report(one, signature(PERSON), signature(AGENCY), signature(AGENCY))
                    registry.register(one, again, who="kiểm tra", now=NOW)


def read(where: str) -> None:
    """Compare what is counted with a scan until somebody ends the process; a difference ends it with code 9."""
    seen = 0
    with Registry(open_register(where, read_only=True)) as registry:
        while True:
            with registry.snapshot():
                [kept] = registry.tally()
                [scanned] = registry.tally(Query(issued_from=_BEFORE_ALL))
            if kept.counts != scanned.counts or kept.counts.documents < seen:
                print(f"kept {kept.counts}\nscan {scanned.counts}\nbefore {seen}", file=sys.stderr)
                sys.exit(9)
            seen = kept.counts.documents


@dataclass
class Soak:
    where: str
    folder: Path
    writers: int
    readers: int
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    documents: int = 0
    events: int = 0

    def run(self, seconds: float, least: int = 0) -> None:
        """Keep the workers running and end them at random, then look at what they left.

        A busy machine gets a minute more to commit ``least`` documents.
        """
        Registry(open_register(self.where)).close()
        for number in range(self.writers):
            self.journal(number).touch()
        workers = {name: self.start(*name) for name in self.names()}
        ends = time.monotonic() + seconds
        luck = random.Random(1)
        try:
            while time.monotonic() < ends or (self.noted < least and time.monotonic() < ends + 60):
                time.sleep(_KILL_EVERY_S)
                for name, worker in workers.items():
                    if worker.poll() is not None:
                        self.faults.append(f"{name} ended by itself with {worker.returncode}: {self.said(name)}")
                        workers[name] = self.start(*name)
                name = luck.choice(list(workers))
                workers[name].kill()
                workers[name].wait()
                self.kills += 1
                workers[name] = self.start(*name)
        finally:
            for worker in workers.values():
                worker.kill()
                worker.wait()
        self.look()

    @property
    def noted(self) -> int:
        """How many documents were acknowledged so far."""
        return sum(self.journal(number).read_bytes().count(b"\n") for number in range(self.writers))

    def names(self) -> list[tuple[str, int]]:
        return [("write", number) for number in range(self.writers)] + [("read", one) for one in range(self.readers)]

    def journal(self, number: int) -> Path:
        return self.folder / f"committed-{number}.txt"

    def start(self, kind: str, number: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, __file__, "--worker", kind, str(number), str(self.journal(number)), self.where]
        with (self.folder / f"{kind}-{number}.err").open("wb") as errors:
            return subprocess.Popen(command, stderr=errors, stdin=subprocess.DEVNULL)

    def said(self, name: tuple[str, int]) -> str:
        return (self.folder / f"{name[0]}-{name[1]}.err").read_text(encoding="utf-8", errors="replace")[-600:]

    def look(self) -> None:
        """Everything that was noted is there, and all of it adds up."""
        with Registry(open_register(self.where)) as registry:
            self.faults += [fault.text() for fault in registry.check()]
            there = {(entry.document.agency.id, entry.document.code.number) for entry in registry.find()}
            for number in range(self.writers):
                noted = [int(line) for line in self.journal(number).read_text(encoding="utf-8").split()]
                lost = [one for one in noted if (f"H99.{number:02d}", one) not in there]
                self.faults += [f"lost: {one} of writer {number}" for one in lost]
            [kept] = registry.tally()
            self.documents, self.events = kept.counts.documents, registry.extent().events
            if kept.counts.documents != len(there):
                self.faults.append(f"{kept.counts.documents} counted, {len(there)} there")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", help="sqlite:FOLDER or postgresql://…")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        kind, number, journal = arguments.worker
        try:
            if kind == "write":
                write(arguments.where, int(number), Path(journal))
            read(arguments.where)
        except StoreError as busy:
            print(busy, file=sys.stderr)
            return 5
    with tempfile.TemporaryDirectory() as folder:
        where = arguments.where
        if where.startswith("sqlite:"):
            where = str(Path(where.removeprefix("sqlite:"), "sổ.db"))
        soak = Soak(where=where, folder=Path(folder), writers=arguments.writers, readers=arguments.readers)
        soak.run(arguments.seconds)
        print(f"{soak.documents} documents, {soak.events} events, {soak.kills} processes killed")
        for fault in soak.faults[:20]:
            print(f"FAULT {fault}")
        return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
