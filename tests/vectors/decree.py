"""Filling the reserved number and date of an approved letter as another product would (Decree 30, annex I.II)."""

from __future__ import annotations

from pikepdf import Dictionary, Name, Object, String

from .edits import form_xobject
from .pdf import Edit, Update, update


def reserved(revision: Update, name: str) -> Object:
    return revision.field(f"edocs.{name}")


def fill(name: str, value: str, *, shown: str | None = None, extra: Edit | None = None) -> Edit:
    """Set the reserved field and draw it in one of the standard fonts; they have Latin 1 only."""

    def apply(revision: Update) -> None:
        field = reserved(revision, name)
        left, bottom, right, top = (float(item) for item in field.Rect)
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Roman"), Encoding=Name.WinAnsiEncoding
        )
        content = b"BT /F 11 Tf 1 3 Td (" + (value if shown is None else shown).encode("cp1252", "replace") + b") Tj ET"
        resources = Dictionary(Font=Dictionary(F=font))
        field.V = String(value)
        field.AP = Dictionary(N=form_xobject(revision, content, right - left, top - bottom, resources))
        revision.touch(field)
        if extra is not None:
            extra(revision)

    return apply


def filled(document: bytes, value: str = "12", **how: object) -> bytes:
    """``document`` with its number filled in."""
    return update(document, fill("number", value, **how))  # type: ignore[arg-type]
