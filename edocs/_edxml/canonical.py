"""Bring the tree of any known dialect into the names and places of edXML; each rule that was needed is a notice.

QCVN 102:2016/BTTTT as practised. What the rules are stands in ``dialects.py``. The tree is changed: who must see it as
its sender wrote it, such as the check of a signature, looks before. Values are not touched here.
"""

from __future__ import annotations

from typing import Protocol

from lxml import etree

from edocs._edxml import names
from edocs._edxml.dialects import ATTRIBUTES, LEAVES, MOVES, ROOTS, SPACES, SPELLINGS, Move, Spelling
from edocs.errors import MalformedEnvelopeError

__all__ = ["Note", "canonicalise", "local_name"]

_SHOWN = 60
_SPACES = {one.uri: one.dialect for one in SPACES}
_ROOTS = {one.name: one.dialect for one in ROOTS}
_BY_FOUND: dict[str, list[Spelling]] = {}
for _one in SPELLINGS:
    _BY_FOUND.setdefault(_one.found, []).append(_one)
_PLAIN = frozenset(names.qualified(name) for name in names.KNOWN if name not in _BY_FOUND)
"""Tags that need no look: almost all of them."""
_BY_CASE = {name.casefold(): name for name in names.KNOWN}
_LEAVES = {one.name: one for one in LEAVES}


class Note(Protocol):
    """Records one notice: a rule without its prefix, a template, the path, and what the template names."""

    def __call__(self, rule: str, message: str, path: str, **params: str) -> None: ...


def canonicalise(root: etree._Element, note: Note) -> None:
    """Rename and move what ``root`` holds until it is edXML; what no rule knows stays where it is.

    Raises:
        MalformedEnvelopeError: ``root`` is no root of edXML in any known form.
    """
    work = _Work(note)
    work.check_root(root)
    stack = [root]
    while stack:
        element = stack.pop()
        if element.tag not in _PLAIN:
            work.element(element, element is root)
        keys = element.keys()
        if keys and not ATTRIBUTES.issuperset(keys):
            work.attributes(element, [*map(str, keys)])
        if local_name(element) not in names.SIGNATURES:
            stack.extend(reversed(element))
    if work.is_foreign:
        for move in MOVES:
            work.move(root, move)


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag = str(element.tag)
    return tag[tag.rfind("}") + 1 :]


def _space(element: etree._Element) -> str:
    tag = str(element.tag)
    return tag[1 : tag.rfind("}")] if tag.startswith("{") else ""


class _Work:
    """One tree's changes; the same one is told once."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._told: set[tuple[str, ...]] = set()
        self.is_foreign = False

    def note(self, rule: str, message: str, path: str, **params: str) -> None:
        key = (rule, *sorted(params.values()))
        if key not in self._told:
            self._told.add(key)
            self._note(rule, message, path, **params)

    def check_root(self, root: etree._Element) -> None:
        space, name = _space(root), local_name(root)
        known = (names.ROOT, names.ENVELOPE, *_ROOTS)
        if space != names.NAMESPACE:  # SOAP and no namespace at all are anybody's: something of ours must be inside
            inner = {_space(element) for element in root.iter("*")} & {names.NAMESPACE, *_OURS}
            is_ours = space in _SPACES and bool(inner)
        else:
            is_ours = True
        if name not in known or not is_ours:
            raise MalformedEnvelopeError(
                "not an edXML message: the root element is {name}", hint="is it the right file?", name=name[:_SHOWN]
            )
        if name != names.ROOT:
            self.note("root.spelling", "the root element is {path}, not edXML", name)
            self.is_foreign = self.is_foreign or name != names.ENVELOPE

    def element(self, element: etree._Element, is_root: bool) -> None:
        space, found = _space(element), local_name(element)
        if space != names.NAMESPACE and space not in _SPACES:
            return
        meant = self._meant(element, found)
        if meant is None:
            return
        if space != names.NAMESPACE:
            self.is_foreign = True
            self.note(
                "element.namespace",
                "{path}: elements of the namespace {space} were read as edXML",
                _path_of(element),
                space=space or '""',
            )
        if meant != found and not is_root:
            self.is_foreign = True
            self.note(
                "element.spelling", "{path}: {found} was read as {meant}", _path_of(element), found=found, meant=meant
            )
        element.tag = names.qualified(meant)
        leaf = _LEAVES.get(meant)
        if leaf and not len(element) and (element.text or "").strip():
            self.is_foreign = True
            self.note("element.leaf", "{path}: its text was read as {meant}", _path_of(element), meant=leaf.child)
            etree.SubElement(element, names.qualified(leaf.child)).text = element.text
            element.text = None

    def _meant(self, element: etree._Element, found: str) -> str | None:
        """The canonical name; None where there is none."""
        for rule in _BY_FOUND.get(found, ()):
            parent = element.getparent()
            if not rule.inside or (parent is not None and local_name(parent) == rule.inside):
                return rule.meant
        if found in names.KNOWN:
            return found
        return _BY_CASE.get(found.casefold())

    def attributes(self, element: etree._Element, keys: list[str]) -> None:
        if _space(element) not in (names.NAMESPACE, *_OURS):
            return
        for key in keys:
            if key not in ATTRIBUTES:
                name = key[key.rfind("}") + 1 :][:_SHOWN]
                self.note(
                    "attribute.unread",
                    "{path}: the attribute {name} is not one that edocs reads",
                    _path_of(element),
                    name=name,
                )

    def move(self, root: etree._Element, rule: Move) -> None:
        for parent in [*root.iter(names.qualified(rule.parent))]:
            found = parent.findall("/".join(map(names.qualified, rule.path.split("/"))))
            for element in found:
                self.note(
                    "element.place", "{path}: was read as {meant}", _path_of(element), meant=f"{rule.parent}/{rule.to}"
                )
                self._put(parent, element, rule)

    def _put(self, parent: etree._Element, element: etree._Element, rule: Move) -> None:
        old, (*above, name) = element.getparent(), rule.to.split("/")
        for step in above:
            inner = parent.find(names.qualified(step))
            parent = etree.SubElement(parent, names.qualified(step)) if inner is None else inner
        element.tag = names.qualified(name)
        if rule.listed and old is not None:
            line = etree.SubElement(old, names.qualified(names.REFERENCE))
            for part in (names.CONTENT_ID, names.CONTENT_TYPE, names.ATTACHMENT_NAME):
                etree.SubElement(line, names.qualified(part)).text = element.findtext(names.qualified(part))
        parent.append(element)
        while old is not None and not len(old) and old is not parent:
            empty, old = old, old.getparent()
            if old is not None:
                old.remove(empty)


_OURS = frozenset(uri for uri, dialect in _SPACES.items() if uri and "soap" not in uri)


def _path_of(element: etree._Element) -> str:
    """Names from below the envelope down to ``element``."""
    path = [local_name(element)]
    for above in element.iterancestors():
        if local_name(above) in (names.ENVELOPE, names.ROOT, names.HEADER):
            break
        path.append(local_name(above))
    return "/".join(reversed(path))[:200]
