"""What one signature allows to happen after it: its own DocMDP and FieldMDP (ISO 32000-2, 12.8.2.2 and 12.8.2.4).

Quyền thay đổi mà chữ ký cho phép. Read from the revision that was signed, never from a later one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pades.permits import FieldLock
from edocs._pdf.states import State, items
from edocs.model import Changes

__all__ = ["Allowance", "read_allowance"]

_LEVELS = {1: Changes.LTV, 2: Changes.FORM_FILL, 3: Changes.ANNOTATION}
_ORDER = tuple(Changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The gravest kind of change, and the fields that must stay."""

    gravest: Changes
    """Comments where no DocMDP says less."""
    is_certification: bool
    locks: tuple[FieldLock, ...]

    def permits(self, kind: Changes) -> bool:
        """Whether a change of ``kind`` is within the allowance."""
        return _ORDER.index(kind) <= _ORDER.index(self.gravest)

    def locked(self, names: set[str]) -> list[str]:
        """Those of ``names`` that may not be touched."""
        return sorted(name for name in names if any(lock.covers(name) for lock in self.locks))


def read_allowance(state: State, field: generic.DictionaryObject, signature: generic.DictionaryObject) -> Allowance:
    """The allowance of a signature.

    Args:
        state: The document as it was signed.

    Raises:
        ValueError: It says something that the standard does not know.
    """
    gravest, is_certification, locks = Changes.ANNOTATION, False, []
    for method, parameters in _transforms(state, signature):
        if method == "/DocMDP":
            is_certification = True
            gravest = _least(gravest, _level(state, parameters, 2))
        elif method == "/FieldMDP":
            locks.append(_lock(state, parameters))
            gravest = _least(gravest, _level(state, parameters, 3))
    lock = state.get(field, "/Lock")
    if isinstance(lock, generic.DictionaryObject):
        locks.append(_lock(state, lock))
        gravest = _least(gravest, _level(state, lock, 3))
    return Allowance(gravest=gravest, is_certification=is_certification, locks=tuple(locks))


def _transforms(state: State, signature: generic.DictionaryObject) -> Iterator[tuple[str, generic.DictionaryObject]]:
    references = state.get(signature, "/Reference")
    if references is None:
        return
    if not isinstance(references, generic.ArrayObject):
        raise ValueError("what the signature permits cannot be read")
    for item in items(references):
        reference = state.resolve(item)
        if not isinstance(reference, generic.DictionaryObject):
            raise ValueError("what the signature permits cannot be read")
        parameters = state.get(reference, "/TransformParams")
        if not isinstance(parameters, generic.DictionaryObject):
            parameters = generic.DictionaryObject()
        yield str(state.get(reference, "/TransformMethod")), parameters


def _level(state: State, parameters: generic.DictionaryObject, default: int) -> Changes:
    value = state.get(parameters, "/P")
    level = default if value is None else value
    if not isinstance(level, int) or int(level) not in _LEVELS:
        raise ValueError("what the signature permits cannot be read")
    return _LEVELS[int(level)]


def _lock(state: State, parameters: generic.DictionaryObject) -> FieldLock:
    action = state.get(parameters, "/Action")
    names = state.get(parameters, "/Fields")
    listed = items(names) if isinstance(names, generic.ArrayObject) else []
    return FieldLock(
        action="/All" if action is None else str(action), names=tuple(str(state.resolve(item)) for item in listed)
    )


def _least(one: Changes, two: Changes) -> Changes:
    return min(one, two, key=_ORDER.index)
