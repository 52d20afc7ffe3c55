"""What a Vietnamese reader is shown is Vietnamese: where rules come from, why files and folders cannot be used."""

from __future__ import annotations

import errno
import json
import os
import tomllib

import pytest

from edocs.errors import OutputError, UnreadableError
from edocs.locale import translate
from edocs.model.checkpoint import read_proof
from edocs.model.clauses import ACTS, clause_text
from edocs.model.import_rules import IMPORT_RULES
from edocs.model.parsing import parse_fault
from edocs.model.rules import RULES


def test_no_clause_keeps_an_english_word() -> None:
    clauses = {rule.clause for rule in [*RULES.values(), *IMPORT_RULES.values()]}

    left = {shown for one in clauses if any(word in (shown := clause_text(one, "vi")).split() for word in ACTS)}
    assert left == set()
    assert {clause_text(one, "en") for one in clauses} == clauses


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("Decree 30/2020/NĐ-CP, article 15", "Nghị định 30/2020/NĐ-CP, Điều 15"),
        ("Decision 28/2018/QĐ-TTg, article 10.2.h", "Quyết định 28/2018/QĐ-TTg, điểm h khoản 2 Điều 10"),
        ("Law 29/2018/QH14, articles 8 and 22", "Luật 29/2018/QH14, Điều 8, Điều 22"),
        ("docs/registry.md", "docs/registry.md"),
    ],
)
def test_clause_is_cited_as_in_vietnamese(clause: str, expected: str) -> None:
    assert clause_text(clause, "vi") == expected


@pytest.mark.parametrize("code", [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.ENOTDIR, errno.ENOSPC, errno.EROFS])
def test_why_a_file_cannot_be_written_is_told_in_vietnamese(code: int) -> None:
    why = os.strerror(code)
    error = OutputError("output cannot be written: {path}: {why}", path="a", why=why)

    assert why in error.message("en")
    assert why not in error.message("vi")


def test_words_of_a_parser_are_a_place_in_the_file() -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as toml:
        tomllib.loads("a = 1\nb\n")
    with pytest.raises(tomllib.TOMLDecodeError) as short:
        tomllib.loads("a")
    with pytest.raises(json.JSONDecodeError) as broken:
        json.loads("[1,\n}")

    assert [str(parse_fault(one.value)) for one in (toml, broken, short)] == [
        "not understood at line 2, column 2", "not understood at line 2, column 1", "it ends too early",
    ]  # fmt: skip
    assert str(parse_fault(ValueError("x"))) == "x"


def test_file_that_is_no_checkpoint_says_so_in_vietnamese_alone() -> None:
    with pytest.raises(UnreadableError) as error:
        read_proof(b"")

    assert "Expecting" not in error.value.message("vi")
    assert translate("not understood at line {line}, column {column}", "vi", line=1, column=1) in error.value.message(
        "vi"
    )
