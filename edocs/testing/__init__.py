"""For the tests of those who use edocs: a PKI of their own, and made-up documents. Never trust what it makes."""

from edocs.testing.agencies import SampleAgency, SampleType, sample_agencies, sample_types
from edocs.testing.corpus import PlannedDocument, SigningCase, plan_documents, planned_letter
from edocs.testing.forging import flip_byte, forge_pdf
from edocs.testing.images import sample_seal_png, sample_signature_png
from edocs.testing.issuing import issue_planned, planned_standing
from edocs.testing.letter import Letter, LetterPlaces, letter_places, sample_letter, sample_pdf
from edocs.testing.pki import PASSPHRASE, Identity, Pki, make_pki

__all__ = [
    "PASSPHRASE",
    "Identity",
    "Letter",
    "LetterPlaces",
    "Pki",
    "PlannedDocument",
    "SampleAgency",
    "SampleType",
    "SigningCase",
    "flip_byte",
    "forge_pdf",
    "issue_planned",
    "letter_places",
    "make_pki",
    "plan_documents",
    "planned_letter",
    "planned_standing",
    "sample_agencies",
    "sample_letter",
    "sample_pdf",
    "sample_seal_png",
    "sample_signature_png",
    "sample_types",
]
