"""Really signs the planned documents, each with the keys of its own person and agency, as its case says.

Ký bộ văn bản mẫu. The time of signing is that of the plan, and nothing is signed that :mod:`edocs.sign` would refuse:
with the expired certificate the clock is set back into its validity, as somebody in a hurry would do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from edocs._files import write_file
from edocs.errors import OutputError
from edocs.model import HANOI, Indicator, Role, SignatureSpec, Stamp, Standing
from edocs.ports import Engine, Signer
from edocs.sign import approve_pdf, issue_pdf, sign_pdf
from edocs.signers.pkcs12 import open_pkcs12
from edocs.testing.agencies import SampleAgency, sample_agencies
from edocs.testing.corpus import PlannedDocument, SigningCase, planned_letter
from edocs.testing.forging import forge_pdf
from edocs.testing.images import sample_seal_png, sample_signature_png
from edocs.testing.letter import LetterPlaces, letter_places, sample_letter
from edocs.testing.pki import Pki

__all__ = ["issue_planned", "planned_standing"]

_CLOCK_SET_BACK = datetime(2021, 6, 1, 8, tzinfo=HANOI)
_BETWEEN_SIGNATURES = timedelta(minutes=40)
_FIRST_CCCD = 1_080_000_001


def issue_planned(
    documents: Sequence[PlannedDocument], pki: Pki, folder: Path, engine: Engine
) -> Iterator[tuple[Path, ...]]:
    """Enrol the people and agencies of the plan into ``pki``, sign its documents and write them into ``folder``.

    Ban hành bộ văn bản mẫu, as ``STEM.pdf``; one agency after the other, so that each key is opened once.

    Yields:
        The files of one agency, when all of them are there.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.
        OutputError: ``folder`` or that of the PKI cannot be written.
        UnavailableError: The engine cannot start.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OutputError("folder cannot be made: {path}: {why}", path=folder, why=exc.strerror or exc) from exc
    books: defaultdict[str, list[PlannedDocument]] = defaultdict(list)
    for planned in documents:
        books[planned.agency.agency.id].append(planned)
    return engine.map(_Clerk(folder=folder, passphrase=pki.passphrase), _desks(pki, books))


def planned_standing(case: SigningCase, indicator: Indicator) -> Standing:
    """Where a count must find a document of that case, whatever counts it.

    >>> planned_standing(SigningCase.EXPIRED, Indicator.BOTH).value
    'indeterminate'

    Source: Decree 30/2020/NĐ-CP, articles 5.1, 13 and 14; ETSI EN 319 102-1, 5.2.6.
    """
    return _STANDINGS[case][list(Indicator).index(indicator)]


_STANDINGS = {
    SigningCase.BOTH: (Standing.VALID, Standing.VALID, Standing.VALID),
    SigningCase.PERSONAL_ONLY: (Standing.VALID, Standing.UNSIGNED, Standing.UNSIGNED),
    SigningCase.AGENCY_ONLY: (Standing.UNSIGNED, Standing.VALID, Standing.UNSIGNED),
    SigningCase.NONE: (Standing.UNSIGNED, Standing.UNSIGNED, Standing.UNSIGNED),
    SigningCase.WRONG_ORDER: (Standing.VALID, Standing.VALID, Standing.INVALID),
    SigningCase.MANIPULATED: (Standing.INVALID, Standing.INVALID, Standing.INVALID),
    SigningCase.EXPIRED: (Standing.INDETERMINATE, Standing.VALID, Standing.INDETERMINATE),
}
"""Person, agency, both in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Who signs for an agency: the head or the deputy, with a certificate that holds or one that has expired."""

    is_deputy: bool
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One agency's documents and keys: what is sent to a worker at once."""

    agency: SampleAgency
    documents: tuple[PlannedDocument, ...]
    seal: Path
    people: Mapping[_Person, Path]


def _desks(pki: Pki, books: Mapping[str, Sequence[PlannedDocument]]) -> Iterator[_Desk]:
    for documents in books.values():
        agency = documents[0].agency
        cccd = _FIRST_CCCD + 2 * sample_agencies().index(agency)
        people = {
            person: _enrol(pki, agency, person, cccd)
            for person in sorted({_person(planned) for planned in documents if _is_personal(planned)}, key=str)
        }
        seal = pki.enrol_seal(agency.agency.name, agency.agency.id).p12
        yield _Desk(agency=agency, documents=tuple(documents), seal=seal, people=people)


def _is_personal(planned: PlannedDocument) -> bool:
    return planned.case.begins_with_person or planned.case is SigningCase.WRONG_ORDER


def _person(planned: PlannedDocument) -> _Person:
    return _Person(is_deputy=planned.is_by_deputy, is_expired=planned.case is SigningCase.EXPIRED)


def _enrol(pki: Pki, agency: SampleAgency, person: _Person, cccd: int) -> Path:
    title = "Chủ tịch" if agency.is_committee else "Giám đốc"
    return pki.enrol_leader(
        agency.deputy if person.is_deputy else agency.head,
        f"Phó {title}" if person.is_deputy else title,
        agency.agency.name,
        f"{cccd + person.is_deputy:012d}",
        expired=person.is_expired,
    ).p12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clerk:
    """The task of a worker."""

    folder: Path
    passphrase: str

    def __call__(self, desk: _Desk) -> tuple[Path, ...]:
        agency = desk.agency
        seal = _Hand(self._open(desk.seal), Role.ORGANISATION, sample_seal_png(agency.agency.name, agency.parent))
        names = {person: agency.deputy if person.is_deputy else agency.head for person in desk.people}
        pictures = {name: sample_signature_png(name) for name in sorted(set(names.values()))}  # slow to draw
        people = {
            person: _Hand(self._open(path), Role.PERSONAL, pictures[names[person]])
            for person, path in desk.people.items()
        }
        written = []
        for planned in desk.documents:
            path = self.folder / f"{planned.stem}.pdf"
            write_file(path, _issue(planned, people.get(_person(planned)), seal))
            written.append(path)
        return tuple(written)

    def _open(self, path: Path) -> Signer:
        return open_pkcs12(str(path), lambda _: self.passphrase)


@dataclass(frozen=True, slots=True)
class _Hand:
    """A key, what it signs as, and the picture of it."""

    signer: Signer
    role: Role
    picture: bytes

    def spec(self, places: LetterPlaces) -> SignatureSpec:
        """The signature, with its picture where the letter leaves room for it."""
        box = places.signature if self.role is Role.PERSONAL else places.seal
        return SignatureSpec(role=self.role, stamp=Stamp(box=box, image_png=self.picture))


def _issue(planned: PlannedDocument, person: _Hand | None, seal: _Hand) -> bytes:
    letter = planned_letter(planned)
    draft, places = sample_letter(letter), letter_places(letter)
    case, issued_at = planned.case, planned.code.issued_on
    if case is SigningCase.NONE:
        return draft
    if person is None or not _is_personal(planned):
        return sign_pdf(draft, seal.signer, seal.spec(places), now=issued_at)
    if case.begins_with_person:
        signed_at = _CLOCK_SET_BACK if case is SigningCase.EXPIRED else issued_at - _BETWEEN_SIGNATURES
        approved = approve_pdf(draft, person.signer, person.spec(places), now=signed_at)
        if case is SigningCase.PERSONAL_ONLY:
            return approved
        spec = replace(seal.spec(places), code=planned.code, stamp=Stamp(image_png=seal.picture))
        issued = issue_pdf(approved, seal.signer, spec, now=issued_at)
        return forge_pdf(issued, _other_text(planned)) if case is SigningCase.MANIPULATED else issued
    sealed = sign_pdf(draft, seal.signer, seal.spec(places), now=issued_at)
    return sign_pdf(sealed, person.signer, person.spec(places), now=issued_at + _BETWEEN_SIGNATURES)


def _other_text(planned: PlannedDocument) -> bytes:
    letter = planned_letter(planned)
    return sample_letter(replace(letter, body=(*letter.body[:-1], "Điều khoản này được viết thêm sau khi ký số./.")))
