"""The plan of made-up documents: numbers as Decree 30 wants them, shares that an office would believe."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import date

import pypdf
import pytest

from edocs.errors import UsageError
from edocs.model import DOCUMENT_TYPES, HANOI, AgencyLevel, Secrecy
from edocs.testing import (
    PlannedDocument,
    SigningCase,
    letter_places,
    plan_documents,
    planned_letter,
    sample_agencies,
    sample_letter,
    sample_types,
)

PLAN = plan_documents()
OPEN = [planned for planned in PLAN if planned.secrecy is Secrecy.NONE]


def share_of_both(documents: list[PlannedDocument]) -> float:
    return sum(planned.case is SigningCase.BOTH for planned in documents) / len(documents)


def test_same_seed_gives_the_same_plan() -> None:
    assert plan_documents() == PLAN
    assert plan_documents(seed=31) != PLAN


def test_agencies_stand_on_three_levels_under_identifiers_of_their_own() -> None:
    agencies = sample_agencies()

    identifiers = [sample.agency.id for sample in agencies]
    assert len(set(identifiers)) == len(agencies) >= 12
    assert {sample.agency.level for sample in agencies} == set(AgencyLevel)
    assert {"000.00.05.H99", "000.00.31.H99", "000.21.31.H99", "H99.31.22"} <= set(identifiers)
    assert sum(identifier.startswith("H99.") for identifier in identifiers) == 2
    assert all("H99" in identifier for identifier in identifiers)


def test_every_type_is_one_of_the_decrees() -> None:
    """Decree 30, article 7."""
    assert {kind.code for kind in sample_types()} <= set(DOCUMENT_TYPES)
    assert len({planned.type for planned in PLAN}) >= 12


def test_numbers_run_without_a_gap_in_each_book() -> None:
    """Decree 30, article 15: by agency and year, secret documents apart."""
    books: dict[tuple[str, int, bool], list[int]] = {}
    for planned in plan_documents(count=500, start=date(2025, 7, 1), months=12):
        is_secret = planned.secrecy is not Secrecy.NONE
        book = (planned.agency.agency.id, planned.code.issued_on.year, is_secret)
        books.setdefault(book, []).append(planned.code.number)

    assert {year for _, year, _ in books} == {2025, 2026}
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in books.values())


def test_documents_are_issued_in_order_in_office_hours_of_the_months_asked_for() -> None:
    moments = [planned.code.issued_on.astimezone(HANOI) for planned in PLAN]

    assert moments == sorted(moments)
    assert all(moment.weekday() < 5 and 8 <= moment.hour <= 16 for moment in moments)
    assert {moment.month for moment in moments} == set(range(1, 7))
    assert {moment.year for moment in moments} == {2025}


def test_every_case_occurs() -> None:
    assert {planned.case for planned in PLAN} == set(SigningCase)


def test_secret_documents_are_few_and_unsigned() -> None:
    secret = [planned for planned in PLAN if planned.secrecy is not Secrecy.NONE]

    assert 3 <= len(secret) <= 20
    assert {planned.case for planned in secret} == {SigningCase.NONE}


def test_province_signs_more_than_districts_and_districts_more_than_communes() -> None:
    shares = [share_of_both([p for p in OPEN if p.agency.agency.level is level]) for level in AgencyLevel]

    assert shares == sorted(shares, reverse=True)
    assert 0.3 < shares[2] < shares[0] < 0.98


@pytest.mark.parametrize("level", AgencyLevel)
def test_the_second_half_is_better_than_the_first(level: AgencyLevel) -> None:
    own = [planned for planned in OPEN if planned.agency.agency.level is level]

    early = [planned for planned in own if planned.code.issued_on.month <= 3]
    late = [planned for planned in own if planned.code.issued_on.month > 3]
    assert share_of_both(late) > share_of_both(early)


def test_file_names_are_unique_and_ascii() -> None:
    stems = [planned.stem for planned in PLAN]

    assert len(set(stems)) == len(stems)
    assert all(stem.isascii() for stem in stems)


def test_symbol_follows_the_type() -> None:
    """Decree 30, annex I.II.3b: type and agency, or for a công văn agency and unit."""
    for planned in PLAN:
        first, last = planned.code.symbol.split("-")
        if planned.type == "CV":
            assert (first, last in planned.agency.units) == (planned.agency.symbol, True)
        else:
            assert (first, last) == (planned.type, planned.agency.symbol)


@pytest.mark.parametrize("choose", [lambda p: p.case is SigningCase.BOTH, lambda p: p.case is SigningCase.NONE])
def test_number_is_blank_only_where_the_person_signs_a_draft(choose: Callable[[PlannedDocument], bool]) -> None:
    planned = next(filter(choose, PLAN))

    text = pypdf.PdfReader(io.BytesIO(sample_letter(planned_letter(planned)))).pages[0].extract_text()

    printed = f"Số: {planned.code.number_text}/{planned.code.symbol}"
    assert (printed in text) == (planned.case is SigningCase.NONE)
    assert (planned.code.date_text in text) == (planned.case is SigningCase.NONE)


def test_every_letter_fits_one_page_and_names_its_signer() -> None:
    for planned in PLAN:
        letter = planned_letter(planned)
        reader = pypdf.PdfReader(io.BytesIO(sample_letter(letter)))

        assert len(reader.pages) == 1
        assert letter_places(letter).signature.page == 1
        assert planned.signer in reader.pages[0].extract_text()


def test_deputy_signs_for_the_head() -> None:
    """Decree 30, annex I.II.7b."""
    planned = next(p for p in PLAN if p.is_by_deputy and p.agency.is_committee)

    letter = planned_letter(planned)

    assert letter.authority.splitlines() == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"]
    assert (letter.position, letter.signer) == ("PHÓ CHỦ TỊCH", planned.agency.deputy)


def test_letter_is_made_before_it_is_issued() -> None:
    assert all(planned_letter(planned).created_at < planned.code.issued_on for planned in PLAN)


@pytest.mark.parametrize("months", [1, 6, 14])
def test_other_spans_are_planned_as_well(months: int) -> None:
    plan = plan_documents(count=40, start=date(2024, 11, 1), months=months)

    seen = Counter((planned.code.issued_on.year, planned.code.issued_on.month) for planned in plan)
    assert len(plan) == 40
    assert min(seen) == (2024, 11)
    assert len(seen) == months


@pytest.mark.parametrize(("count", "months"), [(0, 6), (300, 0), (-1, 1)])
def test_empty_plan_is_refused(count: int, months: int) -> None:
    with pytest.raises(UsageError, match="a plan needs"):
        plan_documents(count=count, months=months)


@pytest.mark.parametrize("day", [29, 30, 31])
def test_start_at_the_end_of_a_month_is_planned(day: int) -> None:
    plan = plan_documents(count=20, start=date(2025, 1, day), months=1)

    assert all(date(2025, 1, day) <= planned.code.issued_on.date() < date(2025, 3, 1) for planned in plan)
