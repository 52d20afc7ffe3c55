"""The document timestamp: one token over the whole file so far (EN 319 142-1, 5.4.3; ISO 32000-2, 12.8.5).

Dấu thời gian trên toàn văn bản. It stands in an invisible signature field of its own, which every DocMDP permits.
"""

from __future__ import annotations

from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pades.embed import TOKEN_ROOM, fill_gap, gaps, imprint_of, render
from edocs._pades.fields import add_signature_field
from edocs._pades.form import read_fields, require_form
from edocs._pdf.increment import open_increment, pdf_errors

__all__ = ["add_document_timestamp"]


def add_document_timestamp(
    document: bytes, take_token: Callable[[bytes], bytes], digest: str, password: str | None = None
) -> bytes:
    """``document`` with a timestamp over all of it.

    Args:
        take_token: Gives the token, DER, at most ``TOKEN_ROOM`` bytes, for an imprint made with ``digest``.
    """
    increment = open_increment(document, password)
    contents, byte_range = gaps(TOKEN_ROOM)
    with pdf_errors():
        names = read_fields(increment)
        number = 1
        while f"Timestamp{number}" in names:
            number += 1
        field = add_signature_field(increment, f"Timestamp{number}", None).get_object()
        field["/V"] = increment.add_object(
            generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/DocTimeStamp"),
                    pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
                    pdf_name("/SubFilter"): pdf_name("/ETSI.RFC3161"),
                    pdf_name("/ByteRange"): byte_range,
                    pdf_name("/Contents"): contents,
                }
            )
        )
        require_form(increment)
        prepared = document + render(increment, contents, byte_range)
    start, end = contents.start, contents.start + len(contents.text)
    token = take_token(imprint_of(prepared, start, end, digest))
    return fill_gap(prepared, start, end, token)
