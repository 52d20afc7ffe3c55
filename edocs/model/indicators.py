"""What an indicator is: a definition as data, with its words, its source, and the conditions of what is counted.

Định nghĩa chỉ số. The numerator of an indicator is its denominator and one condition more, so that it can never be the
larger one. A condition asks only what a register knows of a document (``profile.py``), in a vocabulary that is closed:
``docs/schemas/indicators-1.json``. What they are evaluated to is in ``measuring.py``; how a file of them is read, in
``indicator_reading.py``; ``indicators.toml`` has those that every report shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from edocs.model.profile import Fact
from edocs.model.register import AgencyLevel
from edocs.model.standing import Indicator, Standing, canonical_json

__all__ = ["NONE", "SCHEMA", "VERIFIED", "Condition", "Definition", "Unit", "Variant", "definitions_version"]

SCHEMA = "edocs.indicators/1"
NONE = "none"
"""Not excluded; not sent."""


class Unit(StrEnum):
    """What an indicator counts; two of different units are never put in one sum (đơn vị tính)."""

    DOCUMENT = "document"
    """văn bản"""
    FILE = "file"
    """tệp kèm theo văn bản"""
    AGENCY = "agency"
    """cơ quan"""
    MESSAGE = "message"
    """văn bản đến qua trục"""
    WORK_FILE = "work_file"
    """hồ sơ công việc"""
    RESULT = "result"
    """kết quả giải quyết thủ tục hành chính"""
    OFFICIAL = "official"
    """cán bộ, công chức"""
    UNIT = "unit"
    """đơn vị trực thuộc"""

    @property
    def is_of_register(self) -> bool:
        """Whether a register can count it; of all others figures are imported."""
        return self in (Unit.DOCUMENT, Unit.FILE, Unit.AGENCY)


class Variant(StrEnum):
    """Which numerator of an indicator."""

    VERIFIED = "verified"
    """đã xác thực: what verification found valid"""
    ATTEMPTED = "attempted"
    """có ký: any signature in the role, whatever its verdict and order"""


VERIFIED = Variant.VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What is asked of a document; everything that is given must hold, and an empty field asks nothing."""

    exclusion: frozenset[str] = frozenset()
    """Why it is excluded: one of these ``Exclusion``; ``none``: it is not."""
    sending: frozenset[str] = frozenset()
    """How it was sent: one of these ``Sending``; ``none``: it was not."""
    level: frozenset[AgencyLevel] = frozenset()
    """Level of its agency: one of these."""
    type: frozenset[str] = frozenset()
    """Type of document: one of these, as the register has them."""
    facts: frozenset[Fact] = frozenset()
    """All of these are so."""
    without: frozenset[Fact] = frozenset()
    """None of these is so."""
    personal: frozenset[Standing] = frozenset()
    """The bucket of the person's signature: one of these."""
    organisation: frozenset[Standing] = frozenset()
    """The bucket of the agency's signature: one of these."""
    both: frozenset[Standing] = frozenset()
    """The bucket of both in order: one of these."""
    attempted: frozenset[Indicator] = frozenset()
    """Signatures in all of these roles are there."""
    file: frozenset[Standing] = frozenset()
    """Of a file that goes with it: the bucket of the agency's signature on it."""
    file_attempted: bool = False
    """Of such a file: the agency's signature is there."""

    def standing(self, indicator: Indicator) -> frozenset[Standing]:
        """The buckets that are asked for."""
        return {
            Indicator.PERSONAL: self.personal,
            Indicator.ORGANISATION: self.organisation,
            Indicator.BOTH: self.both,
        }[indicator]

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of the fields that ask something."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name))

    def as_dict(self) -> dict[str, object]:
        """As its file has it: lists in order, fields that ask nothing left out."""
        values = {name: getattr(self, name) for name in self.asked}
        return {name: value if value is True else sorted(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One indicator (chỉ số)."""

    id: str
    name: Mapping[str, str]
    """By language, ``vi`` and ``en``."""
    text: Mapping[str, str]
    """What is counted, of what; by language."""
    source: Mapping[str, str]
    """The clause or plan that wants it; by language."""
    unit: Unit
    denominator: Condition | None = None
    """None: it is not counted from the register."""
    numerator: Condition | None = None
    """What must hold besides the denominator."""
    attempted: Condition | None = None
    """The same of the variant attempted; None: it has none."""
    known: Condition | None = None
    """Of an indicator that is counted from the register or imported: where an agency's month has such a document, the
    register counts it."""
    is_imported: bool = False
    """Whether figures of it can be imported (``figures.py``)."""
    is_stock: bool = False
    """A state at the end of a month: of several months the latest counts, and they are not added."""

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Those that it has."""
        return (Variant.VERIFIED,) if self.attempted is None else (Variant.VERIFIED, Variant.ATTEMPTED)

    def condition(self, variant: Variant) -> Condition:
        """What a variant asks besides the denominator."""
        found = self.attempted if variant is Variant.ATTEMPTED else self.numerator
        return found or Condition()

    def as_dict(self) -> dict[str, object]:
        """As its file has it."""
        conditions = {name: getattr(self, name) for name in ("denominator", "numerator", "attempted", "known")}
        return {
            "id": self.id,
            "name": dict(self.name),
            "definition": dict(self.text),
            "source": dict(self.source),
            "unit": self.unit.value,
            **{name: value.as_dict() for name, value in conditions.items() if value is not None},
            **({"table": True} if self.is_imported else {}),
            **({"stock": True} if self.is_stock else {}),
        }


def definitions_version(definitions: Iterable[Definition]) -> str:
    """Which definitions figures were made by: the schema, and the SHA-256 of all of them, words included."""
    said = canonical_json([definition.as_dict() for definition in definitions])
    return f"{SCHEMA} {hashlib.sha256(said.encode()).hexdigest()}"
