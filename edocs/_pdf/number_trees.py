"""Number trees (ISO 32000-2, 7.9.7) as plain tables; their order, limits and double keys are not held
against them.

Cây số. Read whole: the caller asks which keys there are.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic

from edocs._pdf.states import State, items, raw

__all__ = ["number_tree"]

_DEPTH = 32
_MOST_KEYS = 1_000_000


def number_tree(state: State, tree: generic.PdfObject | None) -> dict[int, list[generic.PdfObject]]:
    """The values by their keys, references not followed; several where a key stands there twice.

    Raises:
        ValueError: It cannot be read.
    """
    found: dict[int, list[generic.PdfObject]] = {}
    waiting = [(tree, 0)] if tree is not None else []
    while waiting:
        value, depth = waiting.pop()
        node = state.resolve(value)
        if not isinstance(node, generic.DictionaryObject) or depth > _DEPTH or len(found) > _MOST_KEYS:
            raise ValueError("a number tree cannot be read")
        pairs = _array(state, raw(node, "/Nums"))
        if len(pairs) % 2:
            raise ValueError("a number tree cannot be read")
        for key, item in zip(pairs[::2], pairs[1::2], strict=True):
            number = state.resolve(key)
            if not isinstance(number, generic.NumberObject):
                raise ValueError("a number tree cannot be read")
            found.setdefault(int(number), []).append(item)
        waiting += [(kid, depth + 1) for kid in _array(state, raw(node, "/Kids"))]
    return found


def _array(state: State, value: generic.PdfObject | None) -> list[generic.PdfObject]:
    array = state.resolve(value)
    if array is None:
        return []
    if not isinstance(array, generic.ArrayObject):
        raise ValueError("a number tree cannot be read")
    return items(array)
