"""Definitions of indicators: what edocs has, what a province adds, and what is refused with its line."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from register_samples import (
    AGENCY,
    COMMUNE,
    NOW,
    OPEN,
    PERSON,
    PROVINCE,
    UNKNOWN,
    issued,
    make_document,
    make_report,
    signature,
)

from edocs.errors import UnreadableError
from edocs.model import Facet, Query
from edocs.model.dispatch import Dispatch
from edocs.model.indicator_reading import CONDITION_VALUES, built_in, read_definitions
from edocs.model.indicators import Condition, Variant, definitions_version
from edocs.model.judging import judge, judge_files
from edocs.model.measuring import Measure
from edocs.model.profile import Buckets, Fact, Profile
from edocs.model.standing import Indicator, Standing
from edocs.registry import Registry

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "indicators-1.json").read_text(encoding="utf-8"))
OWN = """\
schema = "edocs.indicators/1"

[[indicator]]
id = "decisions"
name = { vi = "Quyết định đủ hai chữ ký", en = "Decisions with both" }
definition = { vi = "Quyết định của cấp xã có đủ hai chữ ký.", en = "Decisions of communes with both." }
source = "Kế hoạch số 12/KH-UBND"
unit = "document"
denominator = { exclusion = "none", type = "Quyết định", level = "commune" }
numerator = { both = "valid" }
"""


def validated(data: bytes) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(tomllib.loads(data.decode()))


def refused(text: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read_definitions(text.encode(), among=built_in())
    return caught.value


def test_built_in_definitions_follow_the_published_schema() -> None:
    data = files("edocs.model").joinpath("indicators.toml").read_bytes()

    jsonschema.validate(tomllib.loads(data.decode()), SCHEMA)


def test_built_in_definitions_are_the_ones_that_reports_need() -> None:
    assert [definition.id for definition in built_in()][:7] == ["I1", "I2", "I3", "I4", "I5", "I6", "I7"]
    assert {"work_files", "results", "officials", "units"} <= {one.id for one in built_in() if one.is_imported}


def test_schema_has_every_condition_and_value() -> None:
    fields = {**SCHEMA["$defs"]["of_document"]["properties"], **SCHEMA["$defs"]["of_file"]["properties"]}

    assert fields.keys() == CONDITION_VALUES.keys()
    for name, values in CONDITION_VALUES.items():
        if values:
            assert fields[name]["oneOf"][0]["enum"] == [str(value) for value in values]


def test_province_adds_an_indicator_without_code(tmp_path: Path) -> None:
    [own] = read_definitions(OWN.encode(), among=built_in())
    with Registry.open(tmp_path / "sổ.db") as registry:
        for number, (agency, kind) in enumerate(
            [(COMMUNE, "QĐ"), (COMMUNE, "QĐ"), (COMMUNE, "CV"), (PROVINCE, "QĐ")], 1
        ):
            document = make_document(number, agency, kind=kind)
            report = issued(document) if number != 2 else make_report(document)
            registry.register(document, report, who="x", now=NOW)

        measures = registry.measure(own)

    assert measures == {(): Measure(valid=1, invalid=1)}
    assert validated(OWN.encode())


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('both = "valid"', 'both = "vallid"', 10, "valid"),
        ('both = "valid"', 'boht = "valid"', 10, "both"),
        ("numerator = ", "numerater = ", 10, "numerator"),
        ('level = "commune"', 'level = "comune"', 9, "commune"),
        ('unit = "document"', 'unit = "documents"', 8, "document"),
        ('id = "decisions"', 'id = "i3"', 4, "id of its own"),
        ('id = "decisions"', 'id = "Work_Files"', 4, "id of its own"),
        ('id = "decisions"', 'id = "3rd"', 4, "a letter"),
        ('exclusion = "none", ', "", 4, "exclusion"),
        (
            'denominator = { exclusion = "none",',
            'denominator = { exclusion = "none", personal = "valid",',
            9,
            "certain",
        ),
        ('denominator = { exclusion = "none",', 'denominator = { exclusion = "none", facts = "signed",', 9, "certain"),
        ('unit = "document"', 'unit = "work_file"', 4, "table"),
        ('unit = "document"', 'unit = "file"', 10, "file"),
        ('numerator = { both = "valid" }', "numerator = {}", 10, ""),
        ('numerator = { both = "valid" }', "stock = true", 4, ""),
        ('numerator = { both = "valid" }', 'numerator = { both = "valid" }\ntable = true', 4, "known"),
        (', en = "Decisions with both"', "", 5, "name.en"),
        ('schema = "edocs.indicators/1"', 'schem = "edocs.indicators/1"', 1, "schema"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(before: str, after: str, line: int, said: str) -> None:
    text = OWN.replace(before, after)

    error = refused(text)

    assert text != OWN
    assert error.message().startswith(f"line {line}: ")
    assert said in error.hint()
    assert error.message("vi").startswith(f"dòng {line}: ")
    assert error.hint("vi") or not error.hint()


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[[indicator]", b"schema = 'edocs.indicators/2'", b"indicator = 3"])
def test_what_is_no_file_of_indicators_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_definitions(data)


def test_version_changes_with_any_word_of_a_definition() -> None:
    versions = {
        definitions_version(definitions)
        for definitions in (
            built_in(),
            built_in()[1:],
            (replace(built_in()[0], source={"vi": "khác", "en": "other"}), *built_in()[1:]),
            built_in(),
        )
    }

    assert len(versions) == 3


@pytest.mark.parametrize(
    ("condition", "signatures", "expected"),
    [
        (Condition(facts=frozenset({Fact.SIGNED})), None, Standing.NOT_CHECKED),
        (Condition(facts=frozenset({Fact.TRUSTED})), [signature(PERSON, OPEN)], Standing.INDETERMINATE),
        (Condition(facts=frozenset({Fact.TRUSTED})), [signature(PERSON)], Standing.VALID),
        (Condition(facts=frozenset({Fact.TIMESTAMPED})), [signature(PERSON)], Standing.INVALID),
        (Condition(without=frozenset({Fact.SIGNED})), [], Standing.VALID),
        (Condition(without=frozenset({Fact.RECALLED})), None, Standing.VALID),
        (Condition(attempted=frozenset({Indicator.PERSONAL})), [signature(UNKNOWN)], Standing.INDETERMINATE),
        (Condition(attempted=frozenset({Indicator.PERSONAL})), [signature(AGENCY)], Standing.INVALID),
        (Condition(personal=frozenset({Standing.INDETERMINATE})), [signature(PERSON, OPEN)], Standing.VALID),
        (Condition(personal=frozenset({Standing.INDETERMINATE})), None, Standing.INVALID),
    ],
)
def test_condition_is_met_for_certain_or_left_open(
    condition: Condition, signatures: list[object] | None, expected: Standing, tmp_path: Path
) -> None:
    document = make_document(1)
    report = None if signatures is None else make_report(document, *signatures)  # type: ignore[arg-type]
    with Registry.open(tmp_path / "sổ.db") as registry:
        registry.register(document, report, who="x", now=NOW)
        [entry] = registry.find()

    assert judge(condition, entry.profile) is expected


def test_files_are_counted_as_files() -> None:
    found = Buckets(valid=3, invalid=1, indeterminate=2, unsigned=4, not_checked=5, attempted=5)

    valid = judge_files(Condition(file=frozenset({Standing.VALID})), found)
    attempted = judge_files(Condition(file_attempted=True), found)

    assert valid == Buckets(valid=3, invalid=5, indeterminate=2, not_checked=5)
    assert attempted == Buckets(valid=5, invalid=4, indeterminate=1, not_checked=5)


def test_an_agency_is_counted_once_however_much_it_issues(tmp_path: Path) -> None:
    agencies = next(definition for definition in built_in() if definition.id == "agencies")
    with Registry.open(tmp_path / "sổ.db") as registry:
        for number in range(1, 5):
            document = make_document(number)
            registry.register(document, issued(document), who="x", now=NOW)
        registry.register(make_document(5, COMMUNE), who="x", now=NOW)

        verified, attempted = (registry.measure(agencies, variant=variant) for variant in Variant)

    assert verified == attempted == {(): Measure(valid=1, not_checked=1)}


def test_recalled_and_sent_again_a_document_is_counted_once(tmp_path: Path) -> None:
    electronic = next(definition for definition in built_in() if definition.id == "I5")
    with Registry.open(tmp_path / "sổ.db") as registry:
        document = make_document(1)
        registry.register(document, issued(document), who="x", now=NOW)
        for receivers in (("H01", "H02"), ("H01",), ("H03",)):
            registry.send(document.key, Dispatch(sent_at=NOW, receivers=receivers), who="x", now=NOW)
        registry.recall(document.key, reason="sai số", who="x", now=NOW + timedelta(days=1))

        found = registry.measure(electronic, by=[Facet.AGENCY])

    assert found == {(PROVINCE.id,): Measure(valid=1)}


def test_profile_alone_decides() -> None:
    """Counts by profile are enough: nothing that a condition asks is outside it, but level and type."""
    assert judge(Condition(), Profile()) is Standing.VALID
    assert judge(Condition(type=frozenset({"CV"})), Profile(), type="CV") is Standing.VALID
    assert judge(Condition(level=frozenset({COMMUNE.level})), Profile(), level="province") is Standing.INVALID


def test_no_documents_is_no_share(tmp_path: Path) -> None:
    with Registry.open(tmp_path / "sổ.db") as registry:
        found = [registry.measure(one, Query()) for one in built_in()]

    assert found == [{}] * len(found)
    assert Measure().share.percent is None
