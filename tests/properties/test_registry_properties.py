"""Whatever is registered in whatever order, the counts are those of a naive recount."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from register_samples import (
    AGENCY,
    COMMUNE,
    DISTRICT,
    FAILED,
    NOW,
    OPEN,
    PASSED,
    PERSON,
    PROVINCE,
    UNKNOWN,
    make_document,
    make_report,
    signature,
)

from edocs.model import (
    HANOI,
    Document,
    Exclusion,
    Facet,
    Indicator,
    Query,
    Secrecy,
    SignatureReport,
    Standing,
    Submission,
    VerificationReport,
    read_facts,
    total,
)
from edocs.registry import Registry
from edocs.reports.figures import RowKind, section

signatures = st.builds(signature, st.sampled_from([PERSON, AGENCY, UNKNOWN]), st.sampled_from([PASSED, FAILED, OPEN]))
documents = st.builds(
    make_document,
    st.integers(1, 6),
    st.sampled_from([PROVINCE, DISTRICT, COMMUNE]),
    issued_on=st.integers(0, 119).map(lambda days: datetime(2025, 11, 1, tzinfo=HANOI) + timedelta(days=days)),
    kind=st.sampled_from(["CV", "Quyết định"]),
    secrecy=st.sampled_from([Secrecy.NONE, Secrecy.NONE, Secrecy.SECRET]),
    content=st.sampled_from(["", "", "another file"]),
)
submissions = st.lists(st.tuples(documents, st.none() | st.lists(signatures, max_size=3)), max_size=25)
facets = st.lists(st.sampled_from(list(Facet)), unique=True, max_size=4)

Final = dict[object, tuple[Document, list[SignatureReport] | None, bool]]


def naive_standing(found: list[SignatureReport] | None, indicator: Indicator) -> str:
    """The definitions of docs/registry.md, written once more and otherwise."""
    if found is None:
        return "not_checked"
    wanted = {"personal": [PERSON], "organisation": [AGENCY], "both": [PERSON, AGENCY]}[indicator.value]
    if any(all(item.role not in (role, UNKNOWN) for item in found) for role in wanted):
        return "unsigned"
    pairs = [(a,) for a in found]
    if len(wanted) == 2:
        pairs = [(a, b) for i, a in enumerate(found) for b in found[i + 1 :]]  # type: ignore[misc]
    for pair in pairs:
        if all(item.verdict is PASSED and item.role is role for item, role in zip(pair, wanted, strict=True)):
            return "valid"
    for pair in pairs:
        if all(
            item.verdict is not FAILED and item.role in (role, UNKNOWN) for item, role in zip(pair, wanted, strict=True)
        ):
            return "indeterminate"
    return "invalid"


def group(document: Document, by: list[Facet]) -> tuple[str, ...]:
    values = {
        Facet.AGENCY: document.agency.id,
        Facet.LEVEL: document.agency.level.value,
        Facet.MONTH: document.issued_on.strftime("%Y-%m"),
        Facet.TYPE: document.type,
    }
    return tuple(values[facet] for facet in by)


def recount(final: Final, by: list[Facet]) -> dict[tuple[str, ...], Counter[str]]:
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for document, found, is_excluded in final.values():
        count = counts[group(document, by)]
        count["documents"] += 1
        if document.secrecy is not Secrecy.NONE or is_excluded:
            count["excluded"] += 1
            continue
        for indicator in Indicator:
            count[f"{indicator}.{naive_standing(found, indicator)}"] += 1
        roles = {item.role for item in found or []}
        count["personal.attempted"] += PERSON in roles
        count["organisation.attempted"] += AGENCY in roles
        count["both.attempted"] += {PERSON, AGENCY} <= roles
    return counts


def counted(registry: Registry, by: list[Facet], query: Query | None = None) -> dict[tuple[str, ...], Counter[str]]:
    found = {}
    for tally in registry.tally(query, by):
        count = Counter({"documents": tally.counts.documents, "excluded": tally.counts.documents - tally.counts.base})
        for indicator in Indicator:
            buckets = tally.counts.buckets(indicator)
            count.update({f"{indicator}.{standing}": buckets[standing] for standing in Standing})
            count[f"{indicator}.attempted"] = buckets.attempted
        found[tally.group] = count
    return found


def fill(registry: Registry, handed_in: list[tuple[Document, list[SignatureReport] | None]]) -> Final:
    """Register one by one, exclude every fifth; what a plain dictionary says must come out."""
    final: Final = {}
    for place, (document, found) in enumerate(handed_in):
        report: VerificationReport | None = None if found is None else make_report(document, *found)
        facts = None if report is None else read_facts(report.as_dict())
        now = NOW + timedelta(minutes=place)
        [done] = registry.register_many([Submission(document=document, facts=facts)], who="x", now=now)
        before = final.get(document.key)
        if before is not None and before[0].file_sha256 != document.file_sha256:
            assert done.failure is not None
            continue
        assert done.failure is None
        first, known, is_excluded = before or (document, None, False)
        final[document.key] = (first, known if found is None else found, is_excluded)
        if place % 5 == 4 and document.secrecy is Secrecy.NONE:
            registry.exclude(document.key, Exclusion.PERSONNEL, who="x", now=now)
            final[document.key] = (*final[document.key][:2], True)
    return final


@given(submissions, facets)
@settings(max_examples=60, deadline=None)
def test_tally_equals_a_naive_recount(
    handed_in: list[tuple[Document, list[SignatureReport] | None]], by: list[Facet]
) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        final = fill(registry, handed_in)

        present, checked = counted(registry, by), registry.check()

    expected = recount(final, by) if final or by else {(): Counter()}
    assert {group: +count for group, count in present.items()} == {group: +count for group, count in expected.items()}
    assert checked == ()


@given(submissions, facets, st.integers(0, 25))
@settings(max_examples=40, deadline=None)
def test_tally_of_the_past_equals_the_tally_of_then(
    handed_in: list[tuple[Document, list[SignatureReport] | None]], by: list[Facet], until: int
) -> None:
    moment = NOW + timedelta(minutes=until) - timedelta(seconds=1)
    with TemporaryDirectory() as folder:
        with Registry.open(Path(folder, "then.db")) as then:
            fill(then, handed_in[:until])
            expected = counted(then, by)
        with Registry.open(Path(folder, "now.db")) as now:
            fill(now, handed_in)
            past = counted(now, by, Query(as_of=moment))

    assert past == expected


@given(submissions, facets)
@settings(max_examples=40, deadline=None)
def test_buckets_sum_to_the_base_and_rows_to_the_total(
    handed_in: list[tuple[Document, list[SignatureReport] | None]], by: list[Facet]
) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        tallies = list(registry.tally(by=by))
        [whole] = registry.tally()

    rows = section(tallies, by).rows
    assert rows[-1].counts == whole.counts == total(tallies)
    subtotals = [row for row in rows if row.kind is RowKind.SUBTOTAL]
    if subtotals:
        assert sum(row.counts.documents for row in subtotals) == whole.counts.documents
    for row in rows:
        for indicator in Indicator:
            buckets = row.counts.buckets(indicator)
            assert sum(buckets[standing] for standing in Standing) == row.counts.base
            assert buckets.valid <= buckets.attempted <= row.counts.base
        assert row.counts.is_trusted <= row.counts.is_intact <= row.counts.has_signature <= row.counts.base
