"""An agency's code in electronic exchange, and by which rule it is written (mã định danh cơ quan, tổ chức).

QCVN 102:2016/BTTTT and Decision 28/2018/QĐ-TTg (old codes), Decision 20/2020/QĐ-TTg (new ones). Whose code it is stands
in a directory (``edocs.model.directory``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["OrganId", "OrganIdSyntax"]


class OrganIdSyntax(StrEnum):
    """By which rule an agency code is written. Codes were re-issued: one syntax is never converted into another."""

    QCVN_102 = "qcvn-102"
    """13 characters, read from right to left, such as ``000.00.13.H53`` (QCVN 102:2016)."""
    QD_20 = "qd-20"
    """At most 35 characters, read from left to right, such as ``H53.13`` (Decision 20/2020, article 4)."""
    QD_20_OTHER = "qd-20-other"
    """``Z`` and two digits, then the body's own code (Decision 20/2020, article 6)."""
    ENTERPRISE = "enterprise"
    """A registration number of ten digits, a branch with three more (Decision 20/2020, article 5)."""
    SHORT = "short"
    """Three groups, such as ``28.22.H17``: defined nowhere, found in the official examples."""
    UNKNOWN = "unknown"


_SYNTAXES = (
    (OrganIdSyntax.QCVN_102, re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}")),
    (OrganIdSyntax.SHORT, re.compile(r"[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}")),
    (OrganIdSyntax.QD_20, re.compile(r"(?=.{3,35}\Z)[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*")),
    (OrganIdSyntax.QD_20_OTHER, re.compile(r"Z(?!00)[0-9]{2}[0-9A-Z.]{1,32}")),
    (OrganIdSyntax.ENTERPRISE, re.compile(r"[0-9]{10}(?:-?[0-9]{3})?")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganId:
    """An agency's code in electronic exchange (mã định danh cơ quan, tổ chức)."""

    value: str

    @property
    def syntax(self) -> OrganIdSyntax:
        """The rule that the code follows.

        >>> OrganId(value="000.00.13.H53").syntax, OrganId(value="H53.13").syntax
        (<OrganIdSyntax.QCVN_102: 'qcvn-102'>, <OrganIdSyntax.QD_20: 'qd-20'>)
        """
        return next((syntax for syntax, form in _SYNTAXES if form.fullmatch(self.value)), OrganIdSyntax.UNKNOWN)

    @property
    def path(self) -> tuple[str, ...]:
        """The groups from the top body down, in whichever direction they are written; empty where no rule says so.

        >>> OrganId(value="000.00.13.H53").path, OrganId(value="H53.13").path
        (('H53', '13'), ('H53', '13'))

        Two codes with the same path need not be the same body's: codes were re-issued.
        """
        match self.syntax:
            case OrganIdSyntax.QCVN_102:
                groups = tuple(reversed(self.value.split(".")))
                last = max(place for place, group in enumerate(groups) if group.strip("0"))
                return groups[: last + 1]
            case OrganIdSyntax.QD_20:
                return tuple(self.value.split("."))
        return ()

    def __str__(self) -> str:
        return self.value
