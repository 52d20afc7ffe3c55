"""A mark drawn as its own line anywhere on the first page of a letter is found, in any Unicode form and spacing."""

from __future__ import annotations

import unicodedata
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from marked_pages import marked

from edocs._pdf.secrecy_marks import look_at_first_page
from edocs._pdf.words import read_page
from edocs.errors import UnreadableError
from edocs.model import Secrecy, marked_degree
from edocs.testing import Letter, sample_letter

DEGREES = {"MẬT": Secrecy.CONFIDENTIAL, "TỐI MẬT": Secrecy.SECRET, "TUYỆT MẬT": Secrecy.TOP_SECRET}
BODY = ("Văn bản thuộc danh mục bí mật nhà nước có dấu MẬT, TỐI MẬT, TUYỆT MẬT không gửi qua trục liên thông.",)
FORMS = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])


@cache
def letter() -> bytes:
    return sample_letter(Letter(subject="bảo vệ bí mật nhà nước", body=BODY))


@cache
def free_lines() -> list[int]:
    """Heights in points at which nothing of the letter stands within 12 points."""
    taken = [word.baseline for word in read_page(letter()).words]
    return [height for height in range(20, 820) if all(abs(height - one) > 12 for one in taken)]


@st.composite
def spaced(draw: st.DrawFn) -> tuple[str, Secrecy]:
    text = draw(st.sampled_from(sorted(DEGREES)))
    gap = " " * draw(st.integers(0, 3))
    words = [gap.join(word) for word in text.split()]
    shown = (" " * draw(st.integers(len(gap) or 1, 8))).join(words)
    return shown, DEGREES[text]


@given(spaced(), FORMS, st.data())
@settings(max_examples=150, deadline=None)
def test_a_mark_on_a_line_of_its_own_is_found(mark: tuple[str, Secrecy], form: str, data: st.DataObject) -> None:
    text = unicodedata.normalize(form, mark[0])  # type: ignore[arg-type]  # one of the four
    place = (data.draw(st.integers(10, 300)), data.draw(st.sampled_from(free_lines())))
    size = data.draw(st.sampled_from([10.0, 12.5, 14.0]))

    document = marked(letter(), text, place, size=size, by_letter=data.draw(st.booleans()))

    assert look_at_first_page(document).degree is mark[1]


@given(spaced(), FORMS, st.floats(-180, 180), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_mark_turned_by_any_angle_is_found(
    mark: tuple[str, Secrecy], form: str, angle: float, by_letter: bool
) -> None:
    text = unicodedata.normalize(form, mark[0])  # type: ignore[arg-type]
    place = (300, free_lines()[len(free_lines()) // 2])

    assert look_at_first_page(marked(letter(), text, place, angle=angle, by_letter=by_letter)).degree is mark[1]


def test_the_letter_itself_bears_no_mark() -> None:
    assert look_at_first_page(letter()).degree is Secrecy.NONE


@given(
    st.sampled_from(sorted(DEGREES)),
    st.text("abcxyzABCĐƯ1", min_size=1, max_size=8),
    st.booleans(),
    FORMS,
)
def test_a_word_beside_it_makes_a_mark_a_sentence(text: str, word: str, is_before: bool, form: str) -> None:
    line = f"{word} {text}" if is_before else f"{text} {word}"

    assert marked_degree(unicodedata.normalize(form, line)) is Secrecy.NONE  # type: ignore[arg-type]


@given(st.text(max_size=200))
def test_any_text_has_a_degree(text: str) -> None:
    assert marked_degree(text) in Secrecy


@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=8)), max_size=12), st.floats(0.2, 1))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_looked_at_or_refused(changes: list[tuple[int, bytes]], kept: float) -> None:
    document = bytearray(marked(letter(), "MẬT"))
    for place, new in changes:
        at = place % len(document)
        document[at : at + len(new)] = new

    try:
        page = look_at_first_page(bytes(document[: int(len(document) * kept)]))
    except UnreadableError:
        return
    assert page.degree in Secrecy
