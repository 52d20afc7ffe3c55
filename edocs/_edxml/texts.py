"""Long texts of a message: those of attachments stay left out of its outline, others are put back, within limits."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from edocs._edxml import names
from edocs._edxml.outline import MAX_TEXT_BYTES, Outline, too_long

__all__ = ["settle_texts"]

_CONTENT = names.qualified(names.CONTENT)


def settle_texts(root: etree._Element, outline: Outline, limit: int) -> None:
    """Leave marks only where they are all of an attachment's content, and it has no other; the tree is changed.

    Args:
        root: In the names and places of edXML.
        limit: Of a content that has to be put back, in bytes; of all other texts ``MAX_TEXT_BYTES`` is.

    Raises:
        MalformedEnvelopeError: A text or an attribute is longer than it may be.
    """
    contents = Counter(element.getparent() for element in root.iter(_CONTENT))
    for element in root.iter(etree.Element):
        is_content = element.tag == _CONTENT
        # Of two in one attachment it matters whether they say the same, so both are put back.
        if (
            not is_content
            or contents[element.getparent()] > 1
            or outline.index_of((element.text or "").strip()) is None
        ):
            _settle(element, "text", outline, limit if is_content else MAX_TEXT_BYTES)
        _settle(element, "tail", outline, MAX_TEXT_BYTES)
        if any(len(str(value)) > MAX_TEXT_BYTES for value in element.attrib.values()):
            raise too_long(MAX_TEXT_BYTES)


def _settle(element: etree._Element, place: str, outline: Outline, limit: int) -> None:
    text = getattr(element, place)
    if text is None:
        return
    if outline.has_mark(text):
        text = outline.restored(text, limit)
        setattr(element, place, text)
    if len(text) > limit:
        raise too_long(limit)
