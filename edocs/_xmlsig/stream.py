"""Exclusive canonical XML of one element that never stands in memory: fed by a parser's events, or by a writer.

Dạng chuẩn tắc theo luồng (W3C Exclusive XML Canonicalization 1.0, without comments and without InclusiveNamespaces).
Texts may come in pieces of any size. Comments are the caller's to leave out; processing instructions to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["Canonicaliser"]

_IN_ATTRIBUTES = (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"), ("\t", "&#x9;"), ("\n", "&#xA;"), ("\r", "&#xD;"))
_XML = "http://www.w3.org/XML/1998/namespace"


class Canonicaliser:
    """Turns the events of an element and of what is in it into the bytes of its canonical form.

    Names are given as they are written (``edXML:Attachment``), with the declarations of each element.
    """

    def __init__(self, write: Callable[[bytes], object], scope: Mapping[str, str] | None = None) -> None:
        """Begin.

        Args:
            write: Takes the bytes, such as the ``update`` of a hash.
            scope: Namespace by prefix ("" for the default) as declared around the element.
        """
        self._write = write
        self._scopes: list[dict[str, str]] = [dict(scope or {})]
        self._shown: list[dict[str, str]] = [{}]
        self._names: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str], declared: Mapping[str, str] | None = None) -> None:
        """An element begins.

        Args:
            attributes: By the name as written, without declarations.
            declared: Namespace by prefix, as declared on this element; "" undeclares the default.

        Raises:
            ValueError: A prefix is not bound.
        """
        scope = {**self._scopes[-1], **(declared or {})}
        shown = dict(self._shown[-1])
        used = {_prefix(name), *(_prefix(item) for item in attributes if ":" in item)} - {"xml"}
        parts = [f"<{name}"]
        for prefix in sorted(used):
            if prefix and not scope.get(prefix):
                raise ValueError("a prefix is not bound")
            space = scope.get(prefix, "")
            if shown.get(prefix, "") != space:
                shown[prefix] = space
                parts.append(f' xmlns{":" if prefix else ""}{prefix}="{_in_attribute(space)}"')
        order = sorted(attributes, key=lambda item: (_space(item, scope), item.rpartition(":")[2]))
        parts += [f' {item}="{_in_attribute(attributes[item])}"' for item in order]
        self._write(("".join(parts) + ">").encode())
        self._scopes.append(scope)
        self._shown.append(shown)
        self._names.append(name)

    def text(self, data: str) -> None:
        """Text, or a piece of one, as the parser hands it out: references resolved, line ends as XML has them."""
        if "&" in data or "<" in data or ">" in data or "\r" in data:
            data = data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
        self._write(data.encode())

    def plain(self, data: bytes) -> None:
        """Text that has nothing to escape, such as base64."""
        self._write(data)

    def end(self) -> None:
        """The element that began last ends."""
        self._write(f"</{self._names.pop()}>".encode())
        self._scopes.pop()
        self._shown.pop()


def _prefix(name: str) -> str:
    return name.partition(":")[0] if ":" in name else ""


def _space(attribute: str, scope: Mapping[str, str]) -> str:
    """The namespace that an attribute is sorted by; without a prefix it has none."""
    prefix = _prefix(attribute)
    return "" if not prefix else _XML if prefix == "xml" else scope.get(prefix, "")


def _in_attribute(value: str) -> str:
    for letter, written in _IN_ATTRIBUTES:
        value = value.replace(letter, written)
    return value
