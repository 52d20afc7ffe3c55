"""What a prepared document will look like: the pages on which given fields stand, as one picture.

Xem trước. The room for the signature is still empty, which no viewer shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from edocs._pades.form import read_fields
from edocs._pades.place import place_of
from edocs._pdf.increment import open_increment, pdf_errors
from edocs._pdf.plain import plain_copy
from edocs._pdf.render import render_png

__all__ = ["preview_png"]


def preview_png(document: bytes, names: Sequence[str], password: str | None = None) -> bytes:
    """The pages of the fields called ``names``, side by side; the first page where none of them is seen."""
    increment = open_increment(document, password)
    with pdf_errors():
        fields = read_fields(increment)
        seen = [fields[name].widget for name in names if name in fields and fields[name].rectangle]
        places = [place_of(increment, widget) for widget in seen]
    pages = sorted({place.page for place in places if place is not None})
    shown = plain_copy(document, password) if increment.security_handler else document
    return render_png(shown, pages or [0])
