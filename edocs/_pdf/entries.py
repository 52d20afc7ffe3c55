"""Reading entries of PDF dictionaries by the type that the standard gives them (ISO 32000-2, 7.3).

A pyHanko dictionary is a ``dict`` whose ``get`` returns references unresolved; these follow them. A value of
another type is a ``ValueError``, which ``pdf_errors`` reports as damage.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic

__all__ = ["array", "dictionary", "entry", "number", "numbers", "text"]


def entry(owner: generic.DictionaryObject, key: str) -> generic.PdfObject | None:
    """The value of ``key``, followed where it is a reference; None where there is none, or it is null."""
    try:
        value: generic.PdfObject = owner[key]
    except KeyError:
        return None
    return value


def dictionary(owner: generic.DictionaryObject, key: str) -> generic.DictionaryObject | None:
    """A dictionary or stream."""
    value = entry(owner, key)
    if value is None or isinstance(value, generic.DictionaryObject):
        return value
    raise ValueError(f"{key} is no dictionary")


def array(owner: generic.DictionaryObject, key: str) -> generic.ArrayObject | None:
    """An array, its items unresolved."""
    value = entry(owner, key)
    if value is None or isinstance(value, generic.ArrayObject):
        return value
    raise ValueError(f"{key} is no array")


def numbers(owner: generic.DictionaryObject, key: str) -> list[float]:
    """An array of numbers; empty where there is none."""
    found = array(owner, key)
    return [] if found is None else [float(found[index]) for index in range(len(found))]


def number(owner: generic.DictionaryObject, key: str, default: int) -> int:
    """An integer."""
    value = entry(owner, key)
    if value is None:
        return default
    if isinstance(value, int | float):
        return int(value)
    raise ValueError(f"{key} is no number")


def text(owner: generic.DictionaryObject, key: str, default: str = "") -> str:
    """A name or a text string."""
    value = entry(owner, key)
    return default if value is None else str(value)
