"""Exclusive canonical XML without comments, of one element, and reading it again (W3C Exclusive XML Canonicalization).

Dạng chuẩn tắc của XML. What was signed is these bytes; whoever reads a signed value reads it out of them, so that
comments, entities, CDATA sections and the namespaces around an element can make no difference to what it says.
"""

from __future__ import annotations

import base64
import binascii

from lxml import etree

__all__ = ["DS", "XADES", "canonical", "decoded", "elements", "read_again"]

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"


def canonical(element: etree._Element) -> bytes:
    """The canonical form of ``element`` and what is in it; what stands behind it is not part of it."""
    data: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    return data


def read_again(data: bytes) -> etree._Element:
    """The element whose canonical form is ``data``, without processing instructions."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    return etree.fromstring(data, parser)


def elements(parent: etree._Element) -> list[etree._Element]:
    """The child elements of ``parent``, without comments and processing instructions."""
    return [child for child in parent if isinstance(child.tag, str)]


def decoded(element: etree._Element) -> bytes:
    """The bytes that ``element`` holds in base64; white space is allowed, nothing else is.

    Raises:
        ValueError: It has child elements, or is not base64.
    """
    if elements(element):
        raise ValueError("a value has parts")
    try:
        return base64.b64decode("".join("".join(map(str, element.itertext())).split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ValueError("a value is not in base64") from exc
