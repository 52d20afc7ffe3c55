"""A person's number is nowhere shown in full (Decree 13/2023/NĐ-CP)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edocs.model.privacy import is_person_number, mask_subject
from edocs.ports import Signer


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("UID=CCCD:001085000123,CN=An", "UID=CCCD:*********123,CN=An"),
        ("User ID: CMND: 012345678, Common Name: An", "User ID: CMND:******678, Common Name: An"),
        ("CC:001085000123", "CC:*********123"),
        ("hc=B1234567 revoked", "HC:*****567 revoked"),
        ("PASSPORT-C7654321", "PASSPORT:*****321"),
        ("UID=CCCD:001 085 000 123+CN=An", "UID=CCCD:************123+CN=An"),
        ("CCCD:1, CMND:22", "CCCD:*, CMND:**"),
    ],
)
def test_each_kind_of_number_keeps_its_end_alone(subject: str, shown: str) -> None:
    assert mask_subject(subject) == shown


@pytest.mark.parametrize("subject", ["UID=MST:0100109106", "MNS:1234567", "O=Trung tâm ACC: 12", "CN=Nguyễn Văn An"])
def test_agencies_and_names_stay(subject: str) -> None:
    assert mask_subject(subject) == subject


def test_every_kind_that_makes_a_person_is_masked() -> None:
    for kind in ("CCCD", "CMND", "CC", "HC", "PASSPORT"):
        assert is_person_number(f"{kind}:001085000123")
        assert "001085" not in mask_subject(f"CN=An,UID={kind}:001085000123")


def test_a_signer_in_a_log_does_not_show_the_number(open_key: Callable[[str], Signer]) -> None:
    signer = open_key("leader")

    assert "Nguyễn Văn An" in repr(signer)
    assert "CCCD" in repr(signer)
    assert signer.certificate.subject.rfc4514_string() not in repr(signer)
