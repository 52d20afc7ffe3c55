"""Forgeries, to be refused: what somebody does to a signed PDF whose text does not suit them.

Tệp bị sửa sau khi ký. A viewer shows a forgery as it shows any document. No signature is made anew: a forger lacks the
key.
"""

from __future__ import annotations

from edocs._pdf.increment import Increment, open_increment, pdf_errors
from edocs.errors import UsageError

__all__ = ["flip_byte", "forge_pdf"]


def forge_pdf(document: bytes, shown: bytes) -> bytes:
    """Append an update after which the first page of ``document`` shows the text of the first page of ``shown``.

    Sửa nội dung sau khi ký: every signed byte stays, so whoever looks at the signed ranges alone finds nothing.

    Args:
        document: A letter of :func:`edocs.testing.sample_letter`, signed.
        shown: Another letter of :func:`edocs.testing.sample_letter`, so that the fonts have the same names.

    Raises:
        NotPdfError, EncryptedError: One of them cannot be read.

    Source: ISO 32000-2, 7.5.6 (incremental updates).
    """
    update = open_increment(document)
    with pdf_errors():
        page = update.page(0).get_object()
        content = page["/Contents"].__class__(stream_data=_first_content(open_increment(shown)))
        content.compress()
        page["/Contents"] = update.add_object(content)
        update.update_container(page)
        return update.render().getvalue()


def flip_byte(document: bytes, at: int) -> bytes:
    """``document`` with the lowest bit of one byte turned over.

    Raises:
        UsageError: There is no such byte.
    """
    if not 0 <= at < len(document):
        raise UsageError("no byte {at} in {size} bytes", at=at, size=len(document))
    return document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]


def _first_content(other: Increment) -> bytes:
    data = other.page(0).get_object()["/Contents"].data
    assert isinstance(data, bytes)  # noqa: S101 - anything else is translated as damage
    return data
