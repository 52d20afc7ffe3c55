"""A table of a draft, read key by key: what is missing, not valid or unknown is kept until all of it is known.

TOML 1.0 and JSON (RFC 8259): where the two differ, as in days, both spellings are taken. No key is known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import IntEnum
from typing import TypeVar

from edocs.errors import UsageError
from edocs.model import OrganId, OrganIdSyntax

__all__ = ["Problems", "Table", "read_count", "read_list", "read_organ_id", "read_text"]

V = TypeVar("V")
N = TypeVar("N", bound=IntEnum)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Problems:
    """What is wrong with the file, kept until all of it is known."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self.invalid: list[str] = []
        self.unknown: list[str] = []

    def require_none(self) -> None:
        if self.missing or self.invalid or self.unknown:
            raise UsageError(
                "meta file cannot be used: missing: {missing}; not valid: {invalid}; unknown: {unknown}",
                hint="docs/edxml.md lists the keys",
                missing=", ".join(self.missing) or "-",
                invalid=", ".join(self.invalid) or "-",
                unknown=", ".join(self.unknown) or "-",
            )


class Table:
    """A table that is read key by key; what is left at the end is unknown."""

    def __init__(self, values: object, path: str, problems: Problems) -> None:
        self.path, self.problems = path, problems
        self.values: dict[str, object] = dict(values) if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            problems.invalid.append(path)

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, read: Callable[[object], V], default: V, required: bool = False) -> V:
        """The value of ``key``; ``read`` raises ValueError for one that cannot be meant."""
        value = self.values.pop(key, None)
        if value is None or value == "":
            if required:
                self.problems.missing.append(self.where(key))
            return default
        try:
            return read(value)
        except (ValueError, TypeError, OverflowError):
            self.problems.invalid.append(f"{self.where(key)} = {str(value)[:40]!r}")
            return default

    def line(self, key: str, required: bool = False, default: str = "") -> str:
        return self.take(key, read_text, default, required)

    def lines(self, key: str) -> tuple[str, ...]:
        return self.take(key, lambda value: tuple(map(read_text, read_list(value))), ())

    def organ_id(self, key: str) -> OrganId:
        return self.take(key, read_organ_id, OrganId(value=""), required=True)

    def number(self, key: str, required: bool = False) -> int | None:
        return self.take(key, read_count, None, required)

    def flag(self, key: str, default: bool = False) -> bool:
        return self.take(key, _flag, default)

    def day(self, key: str, required: bool = False) -> date | None:
        return self.take(key, _day, None, required)

    def code(self, key: str, kind: type[N], words: dict[str, int], default: N) -> N:
        def read(value: object) -> N:
            return kind(words[value] if isinstance(value, str) and value in words else _exact_int(value))

        return self.take(key, read, default)

    def table(self, key: str, required: bool = False) -> Table | None:
        if key not in self.values:
            if required:
                self.problems.missing.append(self.where(key))
            return None
        return Table(self.values.pop(key), self.where(key), self.problems)

    def tables(self, key: str, required: bool = False) -> list[Table]:
        value = self.values.pop(key, [])
        items = value if isinstance(value, list) else [value]
        if required and not items:
            self.problems.missing.append(self.where(key))
        return [Table(item, f"{self.where(key)}[{index}]", self.problems) for index, item in enumerate(items, 1)]

    def close(self) -> None:
        self.problems.unknown += [self.where(key) for key in self.values]


def read_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", value):
        raise ValueError(value)
    return unicodedata.normalize("NFC", value.strip())


def read_list(value: object) -> Iterable[object]:
    if not isinstance(value, list) or not value:
        raise ValueError(value)
    return value


def _exact_int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(value)
    return value


def read_count(value: object) -> int:
    if not 0 <= _exact_int(value) <= 999_999_999:
        raise ValueError(value)
    return _exact_int(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):  # JSON has no days
        return date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(value)
    return value


def read_organ_id(value: object) -> OrganId:
    organ_id = OrganId(value=read_text(value))
    if organ_id.syntax is OrganIdSyntax.UNKNOWN:
        raise ValueError(value)
    return organ_id
