"""The canonical form that is made from a stream is the one that libxml2 makes from a tree."""

from __future__ import annotations

import xml.parsers.expat
from collections.abc import Callable

import pytest
from edxml_fixtures import NOW, packed
from hypothesis import given, reject
from hypothesis import strategies as st
from lxml import etree

from edocs._xmlsig.canonical import canonical
from edocs._xmlsig.stream import Canonicaliser
from edocs.ports import Signer
from edocs.sealing import sign_message


def streamed(data: bytes, target: str | None = None) -> bytes:
    """The canonical form of the whole of ``data``, or of its element ``target``, from the events of another parser."""
    out = bytearray()
    scopes: list[dict[str, str]] = [{}]
    inside: list[Canonicaliser] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        declared = {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
        begins = not inside and target in (None, name)
        if begins:
            inside.append(Canonicaliser(out.extend, scopes[-1]))
        scopes.append({**scopes[-1], **declared})
        if begins or depth:
            own = {key: value for key, value in attributes.items() if key != "xmlns" and not key.startswith("xmlns:")}
            inside[0].start(name, own, declared)
            depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        scopes.pop()
        if inside and depth:
            inside[0].end()
            depth -= 1

    def text(piece: str) -> None:
        if inside and depth:
            inside[0].text(piece)

    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.Parse(data, True)
    return bytes(out)


@pytest.mark.parametrize("name", ["MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded"])
def test_the_parts_of_a_message_have_the_same_form(name: str, open_key: Callable[[str], Signer]) -> None:
    data = sign_message(packed().envelope, open_key("seal-p256"), now=NOW)
    element = etree.fromstring(data).find(f".//{{http://www.mic.gov.vn/TBT/QCVN_102_2016}}{name}")
    assert element is not None
    written = f"{element.prefix}:{name}" if element.prefix else name

    assert streamed(data, written) == canonical(element)


TEXT = st.text(st.sampled_from("ab đ\t\n\r&<>\"'\u00a0\U0001f600"), max_size=8)
SPACES = ("urn:a", "urn:b", "urn:c")  # libxml2 does not escape an ampersand in a namespace


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> etree._Element:
    declared = draw(st.dictionaries(st.sampled_from([None, "p", "q"]), st.sampled_from(SPACES), max_size=3))
    space = draw(st.sampled_from(["", *declared.values()]))
    element = etree.Element(f"{{{space}}}e" if space else "e", nsmap=declared)
    for key in draw(st.sets(st.sampled_from(["x", "y", *(f"{{{one}}}x" for one in SPACES)]), max_size=3)):
        element.set(key, draw(TEXT))
    element.set("{http://www.w3.org/XML/1998/namespace}lang", "vi") if draw(st.booleans()) else None
    element.text = draw(TEXT)
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        child = draw(elements(depth - 1))
        child.tail = draw(TEXT)
        element.append(child)
    return element


@given(elements())
def test_any_element_has_the_same_form(element: etree._Element) -> None:
    data = etree.tostring(element)
    try:
        parsed = etree.fromstring(data)
    except etree.XMLSyntaxError:  # lxml writes some trees that no parser should read
        reject()

    assert streamed(data) == canonical(parsed)


def test_a_prefix_without_a_namespace_is_refused() -> None:
    with pytest.raises(ValueError, match="prefix"):
        Canonicaliser(bytearray().extend).start("p:e", {})
