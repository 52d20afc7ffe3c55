"""A province's report in every format: counting, listing documents, and writing each format.

    python benchmarks/reporting.py --documents 500000 [--register FILE]

A register of a made-up province (21 bodies of the province, 12 districts, 160 communes, 24 months) is filled, or taken
as it is; the report of its last year, with every indicator, is compared with the year before. First in one process, a
step each; then as whole commands, ``edocs report --format …``, each of which counts for itself. Wall times of one run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from province import make_province, submissions

from edocs.model import HANOI, Facet, Query
from edocs.model.indicator_reading import built_in
from edocs.model.letterhead import default_letterhead
from edocs.model.periods import Period, Span
from edocs.registry import Registry
from edocs.reports.as_csv import report_csv
from edocs.reports.as_html import report_html
from edocs.reports.as_json import report_json
from edocs.reports.as_openmetrics import report_openmetrics
from edocs.reports.as_pdf import report_pdf
from edocs.reports.as_xlsx import report_xlsx
from edocs.reports.comparisons import Comparing
from edocs.reports.figures import Report

T = TypeVar("T")
_NOW = datetime(2026, 7, 1, 9, tzinfo=HANOI)
_YEAR = Query(issued_from=date(2025, 7, 1), issued_to=date(2026, 6, 30))
_PAGE = ((Facet.LEVEL,), (Facet.MONTH,), (Span.QUARTER,), (Span.YEAR,), (Facet.LEVEL, Facet.AGENCY), (Facet.TYPE,))
_SCRAPED = ((Facet.LEVEL, Facet.AGENCY, Facet.TYPE),)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500_000)
    parser.add_argument("--register", type=Path, help="One that is there already; it is only read.")
    arguments = parser.parse_args()
    if arguments.register:
        _measure(arguments.register)
        return
    with tempfile.TemporaryDirectory() as folder:
        register = Path(folder) / "register.db"
        with Registry.open(register) as registry:
            registry.register_many(submissions(make_province(), arguments.documents), who="benchmark", now=_NOW)
        _measure(register)


def _measure(register: Path) -> None:
    _steps(register)
    _commands(register)


def _steps(register: Path) -> None:
    comparing = Comparing(earlier=Period(first=date(2024, 7, 1), last=date(2025, 6, 30)))
    whole = {"comparing": comparing, "definitions": built_in()}
    with Registry.open(register, read_only=True) as registry:
        registry.report(_YEAR, _PAGE, comparing=comparing, listed=0)  # the first one reads the file
        bare = _timed(lambda: registry.report(_YEAR, _PAGE, comparing=comparing, listed=0))
        counted = _timed(lambda: registry.report(_YEAR, _PAGE, **whole, listed=0))  # type: ignore[arg-type]
        listed = _timed(lambda: registry.report(_YEAR, _PAGE, **whole))  # type: ignore[arg-type]
        scraped = _timed(lambda: registry.report(_YEAR, _SCRAPED, listed=0))
    report = listed[0]
    print(f"{report.total.documents:,} documents in the year, {len(report.agencies)} agencies")
    print(f"  counts and comparisons         {bare[1]:8.2f} s")
    print(f"  with {len(built_in())} indicators             {counted[1]:8.2f} s")
    print(f"  with {len(report.open_documents):,} documents listed   {listed[1]:8.2f} s")
    print(f"  by agency, level and type      {scraped[1]:8.2f} s")
    formats: dict[str, Callable[[Report], bytes]] = {
        "html": lambda found: report_html(found, "vi"),
        "xlsx": lambda found: report_xlsx(found, "vi"),
        "pdf": lambda found: report_pdf(found, default_letterhead(found.agencies)),
        "json": lambda found: report_json(found, "vi"),
        "csv": lambda found: report_csv(found, "vi"),
    }
    total = listed[1] + scraped[1]
    for name, write in formats.items():
        data, seconds = _timed(lambda write=write: write(report))  # type: ignore[misc]
        total += seconds
        print(f"  {name:12} {len(data):12,} B  {seconds:8.2f} s")
    data, seconds = _timed(lambda: report_openmetrics(scraped[0]))
    print(f"  {'openmetrics':12} {len(data):12,} B  {seconds:8.2f} s")
    print(f"  counted twice (listed; for openmetrics) and written six times: {total + seconds:.2f} s")


def _commands(register: Path) -> None:
    period = ["--from", "2025-07", "--to", "2026-06"]
    total = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for form in ("table", "csv", "json", "html", "xlsx", "pdf", "openmetrics"):
            target = Path(folder) / f"report.{form}"
            compared = [] if form == "openmetrics" else ["--compare", "previous"]
            command = [sys.executable, "-m", "edocs.cli", "report", "--register", str(register), *period, *compared]
            command += ["--format", form, "--output", str(target)]
            _, seconds = _timed(partial(subprocess.run, command, check=True, capture_output=True))
            total += seconds
            print(f"  edocs report --format {form:12} {target.stat().st_size:12,} B  {seconds:8.2f} s")
    print(f"  the seven commands, one after the other: {total:.2f} s")


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


if __name__ == "__main__":
    main()
