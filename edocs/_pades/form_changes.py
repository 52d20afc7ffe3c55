"""What a later revision adds to a form without anyone signing it (ISO 32000-2, 12.7.3 and 12.7.5.5).

Thay đổi biểu mẫu sau khi ký mà không ai ký. The difference analysis lets a later signer add a field, and lets software
touch the form's defaults. Both can show something new on a signed page, so what nobody signed is refused here.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.rw_common import PdfHandler

from edocs._pdf.entries import entry
from edocs._pdf.fields import form_fields, inherited, is_visible

__all__ = ["unsigned_change"]


def unsigned_change(before: PdfHandler, after: PdfHandler) -> str:
    """What the form of ``after`` shows and that of ``before`` did not, without a signature; empty where nothing.

    1. a visible signature field that is new and not filled;
    2. an order to programs to draw all fields anew, or other fonts and defaults to draw them with.
    """
    known = {name for name, _ in form_fields(before)}
    for name, field in form_fields(after):
        if name not in known and inherited(field, "/V") is None and is_visible(field):  # (1)
            return "a visible field was added and is not signed"
    if not _is_redrawn(after):  # (2)
        return ""
    same = _is_redrawn(before) and all(
        entry(_form(before), key) == entry(_form(after), key) for key in ("/DR", "/DA", "/Q")
    )
    return "" if same else "programs are told to draw the form fields anew"


def _form(handler: PdfHandler) -> generic.DictionaryObject:
    form = entry(handler.root, "/AcroForm")
    return form if isinstance(form, generic.DictionaryObject) else generic.DictionaryObject()


def _is_redrawn(handler: PdfHandler) -> bool:
    wanted = entry(_form(handler), "/NeedAppearances")
    return isinstance(wanted, generic.BooleanObject) and bool(wanted.value)
