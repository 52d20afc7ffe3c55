"""Two states of a document side by side, from the same place on (ISO 32000-2, 7.3).

So sánh hai trạng thái. What no revision touched is not looked at; what was rewritten is compared by its meaning, so
that objects that were renumbered, moved into object streams or written again without effect are equal. Everything else
is a difference, and content unless a rule says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pyhanko.pdf_utils import generic

from edocs._pades.differences import Difference, Place
from edocs._pdf.references import References
from edocs._pdf.states import State, items, raw
from edocs.model import Changes

__all__ = ["Comparison", "is_equal_text"]

_STORAGE = frozenset({"/Length", "/Filter", "/DecodeParms", "/DL"})
_MOST_DIFFERENCES = 100
_MOST_PAIRS = 500_000
_KINDS: tuple[type, ...] = (
    generic.StreamObject,
    generic.DictionaryObject,
    generic.ArrayObject,
    generic.NameObject,
    generic.BooleanObject,
)
_STRINGS = (generic.TextStringObject, generic.ByteStringObject)
_NUMBERS = (generic.NumberObject, generic.FloatObject)
_Pair = tuple[generic.PdfObject | None, generic.PdfObject | None]


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What one revision did to the state before it."""

    before: State
    after: State
    dirty: frozenset[int]
    """Objects that changed, or lead to one that did."""
    changed: frozenset[int]
    references: References
    anchors: set[int] = field(default_factory=set)
    """Pages, annotations and fields of both states: compared where they stand, only named elsewhere."""
    found: list[Difference] = field(default_factory=list)
    _seen: set[tuple[int, int, bool]] = field(default_factory=set)
    _pairs: int = 0
    _counts: dict[Changes, int] = field(default_factory=dict)
    """How many differences of each kind there are, also those that are not kept."""

    def resolve(self, old: generic.PdfObject | None, new: generic.PdfObject | None) -> _Pair:
        """Both values, followed where they are references."""
        return self.before.resolve(old), self.after.resolve(new)

    def is_settled(self, old: object, new: object) -> bool:
        """Whether both are the same reference, and nothing that it leads to was changed."""
        return (
            isinstance(old, generic.IndirectObject)
            and isinstance(new, generic.IndirectObject)
            and (old.idnum, old.generation) == (new.idnum, new.generation)
            and old.idnum not in self.dirty
        )

    def note(self, place: Place, kind: Changes, what: str, *, name: str = "", is_drawn: bool = False) -> None:
        """Take down a difference; of each kind the first hundred, so that many of one never silence another."""
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count <= _MOST_DIFFERENCES:
            self.found.append(
                Difference(
                    revision=self.after.revision,
                    path=str(place),
                    page=place.page,
                    before=place.before,
                    after=place.after,
                    kind=kind,
                    what=what,
                    field=name,
                    is_drawn=is_drawn,
                )
            )

    def entries(
        self, old: generic.DictionaryObject, new: generic.DictionaryObject, skip: Iterable[str] = ()
    ) -> list[tuple[str, generic.PdfObject | None, generic.PdfObject | None]]:
        """The entries of two dictionaries that are not settled, in order of their keys."""
        keys = sorted({*old, *new}.difference(skip))
        pairs = [(key, raw(old, key), raw(new, key)) for key in keys]
        return [(key, one, two) for key, one, two in pairs if not self.is_settled(one, two)]

    def agrees(self, old: generic.PdfObject | None, new: generic.PdfObject | None, *, is_drawn: bool = True) -> bool:
        """Whether two values mean the same; nothing is noted."""
        trial = replace(self, found=[], _seen=set(), _counts={})
        return trial.require_same(old, new, Place(), "", is_drawn=is_drawn)

    def require_same(
        self,
        old: generic.PdfObject | None,
        new: generic.PdfObject | None,
        place: Place,
        what: str,
        *,
        is_drawn: bool = False,
    ) -> bool:
        """Note every difference between two values as a change of content.

        Args:
            is_drawn: The values decide how a page is drawn; then nothing that they lead to is left out.

        Returns:
            Whether there was none.
        """
        count = self._counts.get(Changes.CONTENT, 0)
        waiting = [(old, new, place)]
        while waiting and self._counts.get(Changes.CONTENT, 0) < _MOST_DIFFERENCES:
            old, new, place = waiting.pop()
            if self.is_settled(old, new) or self._is_known(old, new, is_drawn):
                continue
            place = place.into(old, new)
            one, two = self.resolve(old, new)
            if isinstance(one, generic.DictionaryObject) and isinstance(two, generic.DictionaryObject):
                skip = _STORAGE if isinstance(one, generic.StreamObject) else ()
                if not _is_like(one, two) or self._is_stored_otherwise(one, two):
                    self.note(place, Changes.CONTENT, what, is_drawn=is_drawn)
                waiting += [(left, right, place.at(key)) for key, left, right in self.entries(one, two, skip)]
            elif isinstance(one, generic.ArrayObject) and isinstance(two, generic.ArrayObject):
                if len(one) != len(two):
                    self.note(place, Changes.CONTENT, what, is_drawn=is_drawn)
                pairs = zip(items(one), items(two), strict=False)
                waiting += [(left, right, place.at(index)) for index, (left, right) in enumerate(pairs)]
            elif not _is_equal(one, two) and (is_drawn or not is_equal_text(one, two)):
                self.note(place, Changes.CONTENT, what, is_drawn=is_drawn)
        return self._counts.get(Changes.CONTENT, 0) == count

    def _is_stored_otherwise(self, one: generic.DictionaryObject, two: generic.DictionaryObject) -> bool:
        """Whether an object that says how a stream is read, such as its length, is another one now.

        The stream itself need not have changed for that.
        """
        waiting = [
            raw(owner, key) for owner in (one, two) if isinstance(owner, generic.StreamObject) for key in _STORAGE
        ]
        while waiting:
            value = waiting.pop()
            if isinstance(value, generic.IndirectObject):
                old, new = self.resolve(value, value)
                if value.idnum in self.dirty and old is not None and not _is_equal(old, new):
                    return True
            elif isinstance(value, generic.DictionaryObject):
                waiting += [raw(value, key) for key in value]
            elif isinstance(value, generic.ArrayObject):
                waiting += items(value)
        return False

    def _is_known(self, old: object, new: object, is_drawn: bool) -> bool:
        """Whether this pair was compared before, or is compared elsewhere."""
        self._pairs += 1
        if self._pairs > _MOST_PAIRS:
            raise ValueError("the document is too large to compare")
        if not isinstance(old, generic.IndirectObject) or not isinstance(new, generic.IndirectObject):
            return False
        if old.idnum == new.idnum and old.idnum in self.anchors and not is_drawn:
            return True
        key = (old.idnum, new.idnum, is_drawn)
        if key in self._seen:
            return True
        self._seen.add(key)
        return False


def is_equal_text(one: object, two: object) -> bool:
    """Whether two values are text strings of the same letters, be it in different encodings (7.9.2.2)."""
    kind = generic.TextStringObject
    return isinstance(one, kind) and isinstance(two, kind) and str(one) == str(two)


def _is_like(one: generic.DictionaryObject, two: generic.DictionaryObject) -> bool:
    """Whether both are streams of the same data, or neither is a stream."""
    if not isinstance(one, generic.StreamObject) or not isinstance(two, generic.StreamObject):
        return isinstance(one, generic.StreamObject) == isinstance(two, generic.StreamObject)
    if one.encoded_data == two.encoded_data and _filters(one) == _filters(two):
        return True
    return bool(one.data == two.data)


def _filters(stream: generic.StreamObject) -> tuple[str, ...]:
    return tuple(repr(raw(stream, key)) for key in ("/Filter", "/DecodeParms"))


def _is_equal(one: object, two: object) -> bool:
    if one is None or two is None:
        return one is two
    for kind in _KINDS:
        if isinstance(one, kind) or isinstance(two, kind):
            return isinstance(one, kind) and isinstance(two, kind) and bool(one == two)
    if isinstance(one, _NUMBERS) and isinstance(two, _NUMBERS):
        return bool(one == two)
    return isinstance(one, _STRINGS) and isinstance(two, _STRINGS) and _bytes(one) == _bytes(two)


def _bytes(value: object) -> bytes:
    if isinstance(value, generic.TextStringObject):
        return bytes(value.original_bytes)
    return bytes(value) if isinstance(value, bytes) else b""
