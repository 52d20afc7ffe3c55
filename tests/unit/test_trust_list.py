"""Trusted lists of ETSI TS 119 612: only what a known operator signed counts, for what it says and while it says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from trust_lists import (
    NOW,
    STATUS,
    TYPES,
    Listing,
    Operator,
    Service,
    Signing,
    method_for,
    operator,
    sign_list,
    write_list,
)

from edocs._trust.anchors import fingerprint
from edocs._trust.path import judge_path
from edocs._trust.revocation import StoreRevocation
from edocs._trust.trust_list import ListOperators, read_trust_list
from edocs.errors import TrustListError, UsageError
from edocs.model import Revocation, ServiceUse, SubIndication, TrustStore, Verdict, VerificationOptions
from edocs.testing import Pki
from edocs.verify import load_trust, verify_pdf

EXTENSION = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"


@pytest.fixture(scope="module")
def who() -> Operator:
    return operator()


def der(pki: Pki, name: str) -> bytes:
    return x509.load_pem_x509_certificate(pki.pem(name).read_bytes()).public_bytes(Encoding.DER)


@pytest.fixture
def load(tmp_path: Path, who: Operator) -> Callable[..., TrustStore]:
    """Load a list that the operator signed, with the operator's certificate beside it."""

    def load(*listings: Listing, at: datetime = NOW, how: Signing | None = None, signer: Operator = who) -> TrustStore:
        who.write(tmp_path)
        for number, listing in enumerate(listings):
            (tmp_path / f"{number}.xml").write_bytes(sign_list(write_list(listing), signer, how))
        return load_trust([tmp_path], at)

    return load


def is_trusted(pki: Pki, name: str, trust: TrustStore, at: datetime = NOW) -> bool:
    return judge_path(der(pki, name), [der(pki, "official-ca")], trust, StoreRevocation(trust), at).failure is None


def test_a_document_passes_by_the_services_of_a_list(
    load: Callable[..., TrustStore], pki: Pki, issued: bytes, trust: TrustStore
) -> None:
    listed = load(Listing(services=[Service(der(pki, "official-ca"))]))
    assert listed.anchors == ()

    report = verify_pdf(issued, listed, VerificationOptions(at=NOW + timedelta(days=1)))
    nobody = verify_pdf(issued, load(Listing()), VerificationOptions(at=NOW + timedelta(days=1)))

    assert (report.verdict, nobody.verdict) == (Verdict.TOTAL_PASSED, Verdict.INDETERMINATE)


def test_each_service_is_taken_for_what_its_type_says(load: Callable[..., TrustStore], pki: Pki) -> None:
    kinds = ["CA/QC", "CA/PKC", "TSA", "TSA/QTST", "Certstatus/OCSP/QC", "EDS/Q", "unspecified"]

    found = load(Listing(services=[Service(der(pki, "official-ca"), kind=kind) for kind in kinds])).services

    assert [item.use for item in found] == [ServiceUse.SIGNATURES] * 2 + [ServiceUse.TIMESTAMPS] * 2
    assert {(item.name, item.source) for item in found} == {("Dịch vụ thử nghiệm", "VN 12")}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("granted", True),
        ("recognisedatnationallevel", True),
        ("accredited", True),
        ("withdrawn", False),
        ("deprecatedatnationallevel", False),
        ("supervisionrevoked", False),
        ("made-up", False),
    ],
)
def test_only_a_granted_service_vouches(load: Callable[..., TrustStore], pki: Pki, status: str, expected: bool) -> None:
    trust = load(Listing(services=[Service(der(pki, "official-ca"), status=status)]))

    assert is_trusted(pki, "leader", trust) is expected


def test_the_status_at_the_time_of_validation_counts(load: Callable[..., TrustStore], pki: Pki) -> None:
    day = timedelta(days=1)
    service = Service(
        der(pki, "official-ca"),
        status="withdrawn",
        since=NOW - 10 * day,
        history=[("granted", NOW - 100 * day), ("withdrawn", NOW - 200 * day), ("undersupervision", NOW - 300 * day)],
    )

    trust = load(Listing(services=[service]))

    times = [0, 10, 11, 100, 101, 200, 201, 300, 301]
    assert [is_trusted(pki, "leader", trust, NOW - ago * day) for ago in times] == [
        *(False, False, True, True),
        *(False, False, True, True),
        False,
    ]


def test_a_status_to_come_does_not_count_yet(load: Callable[..., TrustStore], pki: Pki) -> None:
    trust = load(Listing(services=[Service(der(pki, "official-ca"), since=NOW + timedelta(days=1))]))

    assert not is_trusted(pki, "leader", trust)


def extension(uri: str, *, critical: bool = True, tag: str = "AdditionalServiceInformation") -> str:
    return (
        f'<tsl:Extension Critical="{"true" if critical else "false"}"><tsl:{tag}><tsl:URI xml:lang="en">{uri}</tsl:URI>'
        f"</tsl:{tag}></tsl:Extension>"
    )


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        (extension(f"{EXTENSION}ForeSignatures"), True),
        (extension(f"{EXTENSION}ForeSeals") + extension(f"{EXTENSION}ForWebSiteAuthentication"), True),
        (extension(f"{EXTENSION}ForWebSiteAuthentication"), False),
        (extension("urn:x", tag="Unheard"), False),
        (extension("urn:x", tag="Unheard", critical=False), True),
        ('<tsl:Extension Critical="true"/>', False),
    ],
)
def test_extensions_limit_what_a_service_is_for(
    load: Callable[..., TrustStore], pki: Pki, extensions: str, expected: bool
) -> None:
    trust = load(Listing(services=[Service(der(pki, "official-ca"), extensions=extensions)]))

    assert is_trusted(pki, "leader", trust) is expected


WRONG: dict[str, tuple[Listing, str]] = {
    "expired": (Listing(next_update=NOW - timedelta(seconds=1)), "expired"),
    "closed": (Listing(next_update=None), "closed"),
    "an unknown version": (Listing(version="7"), "version"),
    "no territory": (Listing(territory=""), "SchemeTerritory"),
    "no number": (Listing(sequence=-1), "sequence"),
    "a history out of order": (
        Listing(services=[Service(b"x", history=[("granted", NOW)])]),
        "not in order",
    ),
}


@pytest.mark.parametrize(("listing", "why"), WRONG.values(), ids=WRONG.keys())
def test_a_list_that_does_not_hold_is_kept_out(load: Callable[..., TrustStore], listing: Listing, why: str) -> None:
    with pytest.raises(TrustListError, match=why) as caught:
        load(listing)

    assert caught.value.exit_code == 5
    assert "0.xml" in str(caught.value)


def test_a_list_holds_until_its_next_update_and_not_longer(load: Callable[..., TrustStore], pki: Pki) -> None:
    listing = Listing(services=[Service(der(pki, "official-ca"))], next_update=NOW)

    assert load(listing, at=NOW).services
    with pytest.raises(TrustListError, match="expired"):
        load(listing, at=NOW + timedelta(seconds=1))


def test_a_list_of_an_unknown_operator_is_kept_out(load: Callable[..., TrustStore]) -> None:
    with pytest.raises(TrustListError, match="signer is not known"):
        load(Listing(), signer=operator())


def test_a_list_changed_after_signing_is_kept_out(load: Callable[..., TrustStore], tmp_path: Path, pki: Pki) -> None:
    load(Listing(services=[Service(der(pki, "official-ca"), status="withdrawn")]))
    path = tmp_path / "0.xml"
    path.write_bytes(path.read_bytes().replace(b"Svcstatus/withdrawn", b"Svcstatus/granted"))

    with pytest.raises(TrustListError, match="changed after signing"):
        load_trust([tmp_path], NOW)


def test_a_list_signed_outside_the_validity_of_its_operator_is_kept_out(
    load: Callable[..., TrustStore], who: Operator
) -> None:
    early = Signing(method=method_for(who.key), signed_at=NOW - timedelta(days=500))

    with pytest.raises(TrustListError, match="not valid"):
        load(Listing(), how=early)


def test_whoever_may_sign_documents_may_not_sign_lists(tmp_path: Path, pki: Pki) -> None:
    """A certificate in the trust folder counts as an operator's only where it is for nothing else, or is pinned."""
    other = operator(usage=())
    other.write(tmp_path)
    (tmp_path / "list.xml").write_bytes(sign_list(write_list(Listing()), other))

    with pytest.raises(TrustListError, match="not known"):
        load_trust([tmp_path], NOW)
    (tmp_path / "operators.pins").write_text(f"list-operator {fingerprint(other.der)}\n", encoding="utf-8")
    (tmp_path / "operator.pem").unlink()
    assert load_trust([tmp_path], NOW) == TrustStore()


def test_others_go_on_where_one_list_is_kept_out(tmp_path: Path, who: Operator, pki: Pki) -> None:
    who.write(tmp_path)
    (tmp_path / "a.xml").write_bytes(sign_list(write_list(Listing(next_update=NOW - timedelta(days=1))), who))
    (tmp_path / "root.pem").write_bytes(pki.pem("official-root").read_bytes())
    told: list[TrustListError] = []

    trust = load_trust([tmp_path], NOW, told.append)

    assert (len(told), trust.services, len(trust.anchors)) == (1, (), 1)


def test_of_two_lists_of_a_territory_the_newer_counts(load: Callable[..., TrustStore], pki: Pki) -> None:
    """Else an old list that has not expired yet would give back what was withdrawn."""
    old = Listing(sequence=12, services=[Service(der(pki, "official-ca"))])
    new = Listing(sequence=13, services=[Service(der(pki, "official-ca"), status="withdrawn")])

    for order in ((old, new), (new, old)):
        assert not is_trusted(pki, "leader", load(*order))


LIST_OF_LISTS = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"


def test_a_list_of_lists_says_who_signs_the_list_of_a_territory(
    load: Callable[..., TrustStore], tmp_path: Path, pki: Pki
) -> None:
    national = operator()
    lotl = Listing(kind=LIST_OF_LISTS, territory="EU", pointers=[("VN", national.der)])
    listing = Listing(services=[Service(der(pki, "official-ca"))])
    (tmp_path / "-vn.xml").write_bytes(sign_list(write_list(listing), national))

    assert is_trusted(pki, "leader", load(lotl))
    (tmp_path / "-vn.xml").write_bytes(
        sign_list(write_list(Listing(territory="LA", services=listing.services)), national)
    )
    with pytest.raises(TrustListError, match="another territory"):
        load(lotl)


def test_what_an_operator_who_is_only_pointed_at_says_of_other_lists_does_not_count(
    load: Callable[..., TrustStore], tmp_path: Path
) -> None:
    national, third = operator(), operator()
    (tmp_path / "-vn.xml").write_bytes(
        sign_list(write_list(Listing(kind=LIST_OF_LISTS, territory="VN", pointers=[("LA", third.der)])), national)
    )

    with pytest.raises(TrustListError, match="another territory"):
        load(Listing(kind=LIST_OF_LISTS, territory="EU", pointers=[("VN", national.der)]))


@pytest.mark.parametrize("data", [b"<html></html>", b"<x", b'<!DOCTYPE x SYSTEM "y"><x/>'])
def test_xml_that_is_no_list_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.xml").write_bytes(data)

    with pytest.raises(UsageError, match=r"x\.xml"):
        load_trust([tmp_path])


def test_a_certificate_that_cannot_be_read_vouches_for_nobody(load: Callable[..., TrustStore], pki: Pki) -> None:
    trust = load(Listing(services=[Service(b"no certificate"), Service(der(pki, "official-ca"))]))

    assert [item.certificate for item in trust.services] == [der(pki, "official-ca")]


def test_without_a_service_for_it_a_timestamp_has_no_anchor(load: Callable[..., TrustStore], pki: Pki) -> None:
    trust = load(Listing(services=[Service(der(pki, "official-ca"))]))

    path = judge_path(der(pki, "tsa"), [], trust, StoreRevocation(trust), NOW)

    assert (path.failure, path.detail) == (
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        "none of the anchors given is for it",
    )


def test_the_identifiers_of_these_tests_are_those_of_the_standard() -> None:
    assert (TYPES, STATUS) == (
        "http://uri.etsi.org/TrstSvc/Svctype/",
        "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/",
    )


@given(changes=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=3))
def test_no_changed_bytes_change_what_a_list_says(
    signed_once: bytes, who: Operator, changes: list[tuple[int, int]]
) -> None:
    """Whatever is accepted says what was signed: bytes may change only where nothing is said, as in a comment."""
    operators = ListOperators(certificates=(who.certificate,))
    changed = bytearray(signed_once)
    for at, value in changes:
        changed[at % len(changed)] = value

    try:
        found = read_trust_list(Path("x.xml"), bytes(changed), operators, NOW)
    except (TrustListError, UsageError):
        return

    assert found.content == read_trust_list(Path("x.xml"), signed_once, operators, NOW).content


@pytest.fixture(scope="module")
def signed_once(who: Operator, pki: Pki) -> bytes:
    history = [("undersupervision", NOW - timedelta(days=400))]
    return sign_list(write_list(Listing(services=[Service(der(pki, "official-ca"), history=history)])), who)


def test_why_a_list_is_kept_out_is_said_in_vietnamese(load: Callable[..., TrustStore]) -> None:
    with pytest.raises(TrustListError) as caught:
        load(Listing(), signer=operator())

    assert "không biết người ký" in caught.value.message("vi")


def test_revocation_of_a_timestamping_certificate_that_a_list_names_is_judged(
    load: Callable[..., TrustStore], pki: Pki
) -> None:
    """Its issuer is known from the list alone, as a service for signatures."""
    services = [Service(der(pki, "official-ca")), Service(der(pki, "tsa"), kind="TSA/QTST")]
    lists = load_trust([pki.crls]).crls
    trust = load(Listing(services=services))

    path = judge_path(der(pki, "tsa"), [], trust, StoreRevocation(TrustStore(crls=lists)), NOW)

    assert (path.failure, path.revocation) == (None, Revocation.GOOD)
