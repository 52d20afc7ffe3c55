"""Whatever a register holds, an indicator is what going through its documents one by one gives."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
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
    Agency,
    Entry,
    Exclusion,
    Facet,
    Indicator,
    Level,
    Query,
    Secrecy,
    Standing,
    Submission,
    VerificationReport,
    read_facts,
)
from edocs.model.dispatch import Dispatch
from edocs.model.indicator_reading import built_in
from edocs.model.indicators import Condition, Definition, Unit, Variant
from edocs.model.measuring import Measure
from edocs.model.profile import Fact, Sending
from edocs.registry import Registry

roles, verdicts = st.sampled_from([PERSON, AGENCY, UNKNOWN]), st.sampled_from([PASSED, FAILED, OPEN])
signatures = st.builds(signature, roles, verdicts, level=st.sampled_from([Level.B_B, Level.B_T, Level.B_LT]))
agencies = st.sampled_from([PROVINCE, DISTRICT, COMMUNE])
checked = st.none() | st.lists(signatures, max_size=3)
Case = tuple[Agency, int, str, Secrecy, list[object] | None, list[list[object] | None], str | None, bool]
cases = st.lists(
    st.tuples(
        agencies,
        st.integers(0, 60),
        st.sampled_from(["CV", "QĐ"]),
        st.sampled_from([Secrecy.NONE, Secrecy.NONE, Secrecy.NONE, Secrecy.SECRET]),
        checked,
        st.lists(checked, max_size=2),
        st.sampled_from([None, None, "electronic", "with_paper"]),
        st.booleans(),
    ),
    max_size=8,
)
facets = st.lists(st.sampled_from([Facet.LEVEL, Facet.MONTH, Facet.AGENCY, Facet.TYPE]), unique=True, max_size=2)


def facts_of(sha256: str, found: Iterable[object]) -> object:
    document = replace(make_document(1), file_sha256=sha256)
    report: VerificationReport = make_report(document, *found)  # type: ignore[arg-type]
    return read_facts(report.as_dict())


def fill(registry: Registry, handed_in: Sequence[Case]) -> None:
    for number, (agency, days, kind, secrecy, found, files, sending, is_late) in enumerate(handed_in, 1):
        issued_on = datetime(2026, 1, 1, tzinfo=HANOI) + timedelta(days=days)
        document = make_document(number, agency, issued_on=issued_on, kind=kind, secrecy=secrecy)
        digests = [hashlib.sha256(f"{number}/{place}".encode()).hexdigest() for place in range(len(files))]
        document = replace(document, appendices=tuple(digests))
        submission = Submission(
            document=document,
            facts=None if found is None else facts_of(document.file_sha256, found),  # type: ignore[arg-type]
            appendices=tuple(
                facts_of(sha256, one)
                for sha256, one in zip(digests, files, strict=True)
                if one is not None  # type: ignore[misc]
            ),
        )
        [done] = registry.register_many([submission], who="x", now=NOW)
        assert done.failure is None
        if sending:
            sent_at = issued_on + timedelta(days=1)
            deadline = sent_at + timedelta(hours=-1 if is_late else 1)
            dispatch = Dispatch(
                sent_at=sent_at, receivers=("H01",), is_with_paper=sending == "with_paper", deadline=deadline
            )
            registry.send(document.key, dispatch, who="x", now=NOW)
        if number % 4 == 0 and secrecy is Secrecy.NONE:
            registry.exclude(document.key, Exclusion.PERSONNEL, who="x", now=NOW)


def group_of(entry: Entry, by: Sequence[Facet]) -> tuple[str, ...]:
    document = entry.document
    values = {
        Facet.AGENCY: document.agency.id,
        Facet.LEVEL: document.agency.level.value,
        Facet.MONTH: f"{document.issued_on:%Y-%m}",
        Facet.TYPE: document.type,
    }
    return tuple(values[facet] for facet in by)


NUMERATORS: Mapping[str, Callable[[Entry], bool]] = {
    "I1": lambda entry: entry.profile.organisation is Standing.VALID,
    "I2": lambda entry: entry.profile.personal is Standing.VALID,
    "I3": lambda entry: entry.profile.both is Standing.VALID,
    "signed": lambda entry: Fact.SIGNED in entry.profile.facts,
    "intact": lambda entry: Fact.INTACT in entry.profile.facts,
    "trusted": lambda entry: Fact.TRUSTED in entry.profile.facts,
    "timestamped": lambda entry: Fact.TIMESTAMPED in entry.profile.facts,
    "long_term": lambda entry: Fact.LONG_TERM in entry.profile.facts,
}
"""Of documents that are not excluded; the definitions of docs/indicators.md, written once more and otherwise."""


def naive(id: str, entries: Sequence[Entry], by: Sequence[Facet]) -> dict[tuple[str, ...], tuple[int, int]]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    base = [entry for entry in entries if entry.exclusion is None]
    sent = {(entry.document.agency.id, entry.document.issued_on.month) for entry in entries if entry.profile.sending}
    agencies: dict[tuple[str, ...], dict[str, bool]] = defaultdict(dict)
    for entry in base:
        group, agency = group_of(entry, by), entry.document.agency.id
        is_known = (agency, entry.document.issued_on.month) in sent
        if id in NUMERATORS:
            found[group][0] += NUMERATORS[id](entry)
            found[group][1] += 1
        elif id == "I4":
            files = [item for name, item in entry.life.get("appendices", {}).items()]
            found[group][0] += files.count("valid")
            found[group][1] += len(files)
        elif id == "I5" and is_known and entry.profile.sending:
            found[group][0] += entry.profile.sending is Sending.ELECTRONIC
            found[group][1] += 1
        elif id == "I7" and is_known:
            found[group][0] += Fact.ON_TIME in entry.profile.facts
            found[group][1] += 1
        elif id == "agencies":
            signs = entry.profile.organisation is Standing.VALID
            agencies[group][agency] = agencies[group].get(agency, False) or signs
    for group, seen in agencies.items():
        found[group] = [sum(seen.values()), len(seen)]
    return {group: (numerator, denominator) for group, (numerator, denominator) in found.items() if denominator}


@given(cases, facets)
@settings(max_examples=30, deadline=None)
def test_indicator_equals_going_through_the_documents(handed_in: list[Case], by: list[Facet]) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        entries = list(registry.find())
        measured = {definition.id: registry.measure(definition, by=by) for definition in built_in()}

    for id, measures in measured.items():
        counts = {group: (one.share.numerator, one.share.denominator) for group, one in measures.items()}
        assert counts == naive(id, entries, by), id


@given(cases, facets)
@settings(max_examples=25, deadline=None)
def test_the_three_shares_are_those_of_the_counts(handed_in: list[Case], by: list[Facet]) -> None:
    names = {"I1": Indicator.ORGANISATION, "I2": Indicator.PERSONAL, "I3": Indicator.BOTH}
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        tallies = {tally.group: tally.counts for tally in registry.tally(by=by)}
        three = [definition for definition in built_in() if definition.id in names]
        measured = {
            (one.id, variant): registry.measure(one, by=by, variant=variant) for one in three for variant in Variant
        }

    for (id, variant), measures in measured.items():
        for group, counts in tallies.items():
            measure, buckets = measures.get(group, Measure()), counts.buckets(names[id])
            assert measure.share == counts.share(names[id], attempted=variant is Variant.ATTEMPTED)
            if variant is Variant.VERIFIED:
                undecided = (buckets.indeterminate, buckets.not_checked)
                assert (measure.indeterminate, measure.not_checked) == undecided
                assert measure.invalid == buckets.invalid + buckets.unsigned


@given(cases, st.lists(signatures, max_size=2), st.booleans())
@settings(max_examples=25, deadline=None)
def test_verifying_what_is_open_stays_within_the_bounds(
    handed_in: list[Case], later: list[object], passes: bool
) -> None:
    """Whoever verifies the rest, and finds the evidence that was missing, gets a share between the bounds."""
    more = [replace(one, verdict=PASSED, integrity=True, trusted=True) for one in later]  # type: ignore[type-var]
    settled: list[Case] = []
    for agency, days, kind, secrecy, found, files, sending, is_late in handed_in:
        now = [_settled(one, passes) for one in found] if found is not None else more
        attached = [[_settled(one, passes) for one in some] if some is not None else more for some in files]
        settled.append((agency, days, kind, secrecy, now, attached, sending, is_late))
    with (
        TemporaryDirectory() as folder,
        Registry.open(Path(folder, "trước.db")) as before,
        Registry.open(Path(folder, "sau.db")) as after,
    ):
        fill(before, handed_in)
        fill(after, settled)
        pairs = [(one, before.measure(one), after.measure(one)) for one in built_in()]

    for definition, then, now_known in pairs:
        bounds, share = then.get((), Measure()), now_known.get((), Measure()).share
        assert bounds.denominator == share.denominator, definition.id
        assert bounds.share.numerator <= share.numerator <= bounds.greatest.numerator, definition.id


def _settled(one: object, passes: bool) -> object:
    """What was open turns out valid, and somebody's; or it fails."""
    if one.verdict is not OPEN and one.role is not UNKNOWN:  # type: ignore[attr-defined]
        return one
    role = AGENCY if one.role is UNKNOWN else one.role  # type: ignore[attr-defined]
    if one.verdict is not OPEN:  # type: ignore[attr-defined]
        return replace(one, role=role)  # type: ignore[type-var]
    if passes:
        return replace(one, role=role, verdict=PASSED, integrity=True, trusted=True)  # type: ignore[type-var]
    return replace(one, role=role, verdict=FAILED)  # type: ignore[type-var]


@given(cases)
@settings(max_examples=25, deadline=None)
def test_numerators_are_nested(handed_in: list[Case]) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        found = {one.id: registry.measure(one).get((), Measure()).valid for one in built_in()}

    assert found["I3"] <= min(found["I1"], found["I2"])
    assert max(found["I1"], found["I2"]) <= found["trusted"] <= found["intact"] <= found["signed"]
    assert found["long_term"] <= found["timestamped"] <= found["trusted"]


conditions = st.fixed_dictionaries(
    {},
    optional={
        "sending": st.frozensets(st.sampled_from(["none", *Sending]), min_size=1),
        "facts": st.frozensets(st.sampled_from(list(Fact)), min_size=1, max_size=2),
        "without": st.frozensets(st.sampled_from(list(Fact)), min_size=1, max_size=2),
        "personal": st.frozensets(st.sampled_from(list(Standing)), min_size=1),
        "both": st.frozensets(st.sampled_from(list(Standing)), min_size=1),
        "attempted": st.frozensets(st.sampled_from(list(Indicator)), min_size=1),
        "level": st.frozensets(st.sampled_from([PROVINCE.level, COMMUNE.level]), min_size=1),
        "type": st.frozensets(st.sampled_from(["CV", "QĐ"]), min_size=1),
    },
)


@given(cases, conditions, st.frozensets(st.sampled_from(["none", *Exclusion]), min_size=1), facets)
@settings(max_examples=50, deadline=None)
def test_any_condition_counts_what_meets_it_for_certain(
    handed_in: list[Case], asked: dict[str, frozenset[object]], exclusion: frozenset[str], by: list[Facet]
) -> None:
    """Of a province's own definitions: the numerator is what has every fact that is asked and has been verified."""
    definition = Definition(
        id="own",
        name={},
        text={},
        source={},
        unit=Unit.DOCUMENT,
        denominator=Condition(exclusion=exclusion),
        numerator=Condition(**asked),  # type: ignore[arg-type]
    )
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        entries = list(registry.find())
        measures = registry.measure(definition, by=by)

    expected: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for entry in entries:
        if (entry.exclusion.value if entry.exclusion else "none") in exclusion:
            counts = expected[group_of(entry, by)]
            counts[0] += _holds(entry, asked, is_certain=True)
            counts[1] += _holds(entry, asked, is_certain=False)
            counts[2] += 1
    actual = {group: [one.valid, one.greatest.numerator, one.denominator] for group, one in measures.items()}
    assert actual == expected


def _holds(entry: Entry, asked: dict[str, frozenset[object]], *, is_certain: bool) -> bool:
    """Whether the entry meets all that is asked: for certain, or as far as anybody can say."""
    profile, document = entry.profile, entry.document
    is_open = not is_certain and {profile.personal, profile.organisation} & {
        Standing.INDETERMINATE,
        Standing.NOT_CHECKED,
    }
    lives = {Fact.ISSUED, Fact.RECALLED, Fact.SUPERSEDED, Fact.ON_TIME}
    is_unseen = {profile.personal, profile.organisation} & {Standing.INDETERMINATE, Standing.NOT_CHECKED}
    for fact in asked.get("facts", ()):
        if fact not in profile.facts and not (is_open and fact not in lives):
            return False
    for fact in asked.get("without", ()):
        if fact in profile.facts or (is_certain and is_unseen and fact not in lives):
            return False
    if "sending" in asked and (profile.sending or "none") not in asked["sending"]:
        return False
    if "level" in asked and document.agency.level not in asked["level"]:
        return False
    if "type" in asked and document.type not in asked["type"]:
        return False
    final = {Standing.VALID, Standing.INVALID, Standing.UNSIGNED}
    for name, standing in (("personal", profile.personal), ("both", profile.both)):
        wanted = asked.get(name)
        may_be = not is_certain and standing not in final and wanted is not None and bool(wanted & final)
        if wanted and standing not in wanted and not may_be:
            return False
    for indicator in asked.get("attempted", ()):
        is_there = indicator in profile.attempted
        standing = profile.standing(indicator)  # type: ignore[arg-type]
        may_be = not is_certain and standing not in (Standing.UNSIGNED, Standing.VALID)
        if not is_there and not may_be:
            return False
    return True


def test_query_of_the_past_gives_the_indicator_of_then(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "sổ.db") as registry:
        first, second = make_document(1), make_document(2)
        registry.register(first, make_report(first, signature(PERSON), signature(AGENCY)), who="x", now=NOW)
        later = NOW + timedelta(days=1)
        registry.register(second, make_report(second, signature(AGENCY)), who="x", now=later)
        both = next(definition for definition in built_in() if definition.id == "I3")

        then = registry.measure(both, Query(as_of=NOW))[()].share
        now = registry.measure(both)[()].share

    assert (then.numerator, then.denominator) == (1, 1)
    assert (now.numerator, now.denominator) == (1, 2)


@given(cases)
@settings(max_examples=25, deadline=None)
def test_table_of_a_report_is_each_indicator_by_itself(handed_in: list[Case]) -> None:
    with TemporaryDirectory() as folder, Registry.open(Path(folder, "sổ.db")) as registry:
        fill(registry, handed_in)
        table = registry.report(definitions=built_in()).indicators
        assert table is not None
        for definition in built_in():
            for variant in definition.variants:
                levels = registry.measure(definition, by=[Facet.LEVEL], variant=variant)
                whole = registry.measure(definition, variant=variant).get((), Measure())

                assert table.of(definition, variant) == whole
                mine = [
                    one for one in table.lines if (one.definition, one.variant) == (definition, variant) and one.level
                ]
                assert {(one.level.value,): one.measure for one in mine if one.level} == levels
