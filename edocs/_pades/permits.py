"""What the signatures in a document still allow: DocMDP and FieldMDP (ISO 32000-2, 12.8.2.2 and 12.8.2.4).

Quyền thay đổi sau khi ký. Read before acting, so that a new signature never breaks an older one. It judges no
signature: that is the verifier's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic

from edocs._pades.form import FormField
from edocs._pdf import entries
from edocs.errors import PermissionRefusedError

__all__ = ["FieldLock", "Permits", "read_lock", "read_permits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLock:
    """Which fields a signature locks (khóa trường)."""

    action: str
    """``/All``, ``/Include`` or ``/Exclude``."""
    names: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        """Whether the field ``name`` is locked; a name stands for its whole subtree."""
        listed = any(name == own or name.startswith(own + ".") for own in self.names)
        return {"/All": True, "/Include": listed}.get(self.action, not listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """The sum of what all signatures of a document allow."""

    is_signed: bool
    is_certified: bool
    level: int
    """DocMDP ``/P``: 1 nothing, 2 filling and signing, 3 annotations too; 3 where nobody says."""
    locks: tuple[FieldLock, ...]

    def require(self, name: str) -> None:
        """Go on only where the field may be filled or signed.

        Raises:
            PermissionRefusedError: DocMDP allows no change, or a FieldMDP locks the field.
        """
        if self.level == 1:
            raise PermissionRefusedError(
                "an earlier signature allows no change at all (DocMDP P=1)",
                hint="sign a copy without that signature, or ask its signer for P=2",
            )
        if any(lock.covers(name) for lock in self.locks):
            raise PermissionRefusedError(
                "an earlier signature locks the field: {name} (FieldMDP)",
                hint="start again from the draft, with an empty field for every signer",
                name=name,
            )

    def require_new_visible(self, name: str) -> None:
        """Go on only where a visible signature field may still be added.

        Raises:
            PermissionRefusedError: After a certification only a field that it reserved may be visible.
        """
        if self.is_certified:
            raise PermissionRefusedError(
                "after the certification no visible signature field can be added: {name}",
                hint="sign a reserved field, or sign invisibly (--no-stamp)",
                name=name,
            )


def read_permits(fields: Iterable[FormField], root: generic.DictionaryObject) -> Permits:
    """What the filled signature fields, and ``/Perms`` of the catalog, allow."""
    signatures = [field.value for field in fields if field.kind == "/Sig" and field.value is not None]
    perms = entries.dictionary(root, "/Perms")
    if perms is not None and "/DocMDP" in perms:
        signatures.append(perms["/DocMDP"])
    is_certified, level, locks = False, 3, []
    for method, parameters in _transforms(signatures):
        if method == "/DocMDP":
            is_certified = True
            level = min(level, entries.number(parameters, "/P", 2))
        elif method == "/FieldMDP":
            locks.append(read_lock(parameters))
            level = min(level, entries.number(parameters, "/P", 3))
    return Permits(is_signed=bool(signatures), is_certified=is_certified, level=level, locks=tuple(locks))


def read_lock(parameters: generic.DictionaryObject) -> FieldLock:
    """A ``/Lock`` dictionary, or FieldMDP transform parameters."""
    names = tuple(str(name.get_object()) for name in entries.array(parameters, "/Fields") or ())
    return FieldLock(action=entries.text(parameters, "/Action", "/All"), names=names)


def _transforms(signatures: Iterable[generic.PdfObject]) -> Iterator[tuple[str, generic.DictionaryObject]]:
    for signature in signatures:
        if not isinstance(signature, generic.DictionaryObject):
            continue
        for item in entries.array(signature, "/Reference") or ():
            reference = item.get_object()
            parameters = entries.dictionary(reference, "/TransformParams") or generic.DictionaryObject()
            yield entries.text(reference, "/TransformMethod"), parameters
