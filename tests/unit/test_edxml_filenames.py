"""Names that strangers give to files."""

from __future__ import annotations

import unicodedata

import pytest

from edocs._edxml.filenames import MAX_NAME_BYTES, safe_name, unique_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Công văn số 07 (bản ký).pdf", "Công văn số 07 (bản ký).pdf"),
        (unicodedata.normalize("NFD", "Quyết định.pdf"), "Quyết định.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\Windows\\a.pdf", "a.pdf"),
        ("C:\\a.pdf", "a.pdf"),
        ("C:a.pdf", "C_a.pdf"),
        ("a.pdf:stream", "a.pdf_stream"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a\u200b.pdf", "a.pdf"),
        ("CON", "_CON"),
        ("con.pdf", "_con.pdf"),
        ("LPT¹.txt", "_LPT¹.txt"),
        ("console.pdf", "console.pdf"),
        ("a.pdf. . ", "a.pdf"),
        (".bashrc", "_.bashrc"),
        ('what?<"*|>.pdf', "what______.pdf"),
        ("", "attachment-1"),
        ("..", "attachment-1"),
        ("a/", "attachment-1"),
        ("???", "attachment-1"),
    ],
)
def test_name_is_made_safe_and_stays_readable(name: str, expected: str) -> None:
    assert safe_name(name, "attachment-1") == expected


def test_long_name_keeps_its_extension_and_whole_letters() -> None:
    name = safe_name("ế" * 300 + ".pdf", "x")

    assert name.endswith("ế.pdf")
    assert len(name.encode()) <= MAX_NAME_BYTES


def test_names_that_differ_in_case_alone_become_different() -> None:
    taken: set[str] = set()

    names = [unique_name(name, taken) for name in ("a.pdf", "A.PDF", "a.pdf", "a (2).PDF")]

    assert names == ["a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).PDF"]
