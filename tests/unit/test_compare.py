"""Two states of a document beside each other: lines of text, pages that look different, pictures."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from edocs._pdf.compare import compare_pages, picture_pages
from edocs.errors import NotPdfError
from edocs.testing import sample_pdf


def edited(document: bytes, edit: str) -> bytes:
    stream = BytesIO()
    with pikepdf.open(BytesIO(document)) as pdf:
        page = pdf.pages[0]
        if edit == "mark":
            page.contents_add(b"q 1 0 0 rg 100 100 40 40 re f Q")
        elif edit == "text":
            page.Resources.Font = pikepdf.Dictionary(
                Edited=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/Times-Roman")
                )
            )
            page.Contents = pdf.make_stream(b"BT /Edited 12 Tf 72 700 Td (Ten billion) Tj ET")
        elif edit == "page":
            pdf.add_blank_page()
        elif edit == "size":
            page.MediaBox = [0, 0, 300, 300]
        pdf.save(stream)
    return stream.getvalue()


def test_a_document_does_not_differ_from_itself() -> None:
    before, after, pages = compare_pages(sample_pdf(), sample_pdf())

    assert (before, after, pages) == (1, 1, [])


def test_lines_of_text_are_shown_with_what_stood_there() -> None:
    _, _, (page,) = compare_pages(sample_pdf(), edited(sample_pdf(), "text"))

    assert page.page == 1
    assert page.added == ("Ten billion",)
    assert page.removed


@pytest.mark.parametrize("edit", ["mark", "size"])
def test_a_page_that_only_looks_different_is_found(edit: str) -> None:
    _, _, (page,) = compare_pages(sample_pdf(), edited(sample_pdf(), edit))

    assert (page.page, page.removed, page.added) == (1, (), ())


def test_an_added_page_is_found() -> None:
    before, after, pages = compare_pages(sample_pdf(), edited(sample_pdf(), "page"))

    assert (before, after, [page.page for page in pages]) == (1, 2, [2])


def test_the_changed_place_is_marked_and_nothing_else() -> None:
    (pictures,) = picture_pages(sample_pdf(), edited(sample_pdf(), "mark"), [1])

    marked = Image.open(BytesIO(pictures.difference)).convert("RGB")
    scale = marked.width / 595.28
    assert marked.getpixel((round(120 * scale), round(marked.height - 120 * scale))) == pytest.approx(
        (214, 40, 28), abs=12
    )
    assert marked.getpixel((5, 5)) == (255, 255, 255)


def test_a_page_that_is_gone_has_no_picture_after() -> None:
    (pictures,) = picture_pages(edited(sample_pdf(), "page"), sample_pdf(), [2])

    assert pictures.before
    assert (pictures.after, pictures.difference) == (b"", b"")


def test_what_cannot_be_opened_is_said() -> None:
    with pytest.raises(NotPdfError):
        compare_pages(sample_pdf(), b"%PDF-1.7 nothing")
