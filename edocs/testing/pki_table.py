"""What the test PKI holds: one row for each certificate, with its fixed names, dates, serials and faults.

Two hierarchies, as in Vietnam (Law 20/2023/QH15, articles 23 to 28): a CA for official duty, whose root is the
state's own, and a public CA under the national root. Profiles follow RFC 5280, RFC 3161 (TSA) and RFC 6960 (OCSP).
A faulty row differs from ``leader`` in its one fault. Nothing here makes a key or a signature: see ``pki.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.x509.oid import NameOID

__all__ = [
    "LEAF_DATES",
    "ORGANISATION_POLICY",
    "PERSON_POLICY",
    "TABLE",
    "Key",
    "Row",
    "Use",
    "seal_name",
    "staff_name",
]

PERSON_POLICY = "1.3.6.1.4.1.32473.30.1"
"""Policy of a personal certificate, under the example arc of RFC 5612."""
ORGANISATION_POLICY = "1.3.6.1.4.1.32473.30.2"
"""Policy of an organisation's certificate, under the example arc of RFC 5612."""

_PROVINCE = "Ủy ban nhân dân tỉnh Lam Giang"
_PROVINCE_CODE = "MNS:H99"
_TAX_NUMBER = "0100000001"


class Key(Enum):
    """Kind of a private key."""

    RSA_1024 = 1024
    RSA_2048 = 2048
    RSA_3072 = 3072
    P256 = 256


class Use(Enum):
    """What the extensions of a certificate let its key do."""

    ROOT = "root"
    CA = "ca"
    SIGNATURE = "signature"
    ENCIPHERMENT = "encipherment"
    TIME_STAMP = "time-stamp"
    OCSP = "ocsp"


def _year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


LEAF_DATES = (_year(2025), _year(2035))
"""First and last moment of an end-entity certificate that has no fault of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One certificate of the PKI."""

    name: str
    issuer: str
    """Name of the row that signs this one; its own name for a root."""
    serial: int
    key: Key
    subject: x509.Name
    use: Use = Use.SIGNATURE
    dates: tuple[datetime, datetime] = LEAF_DATES
    policy: str = ""
    sha1: bool = False
    """Signed with sha1WithRSAEncryption, which no verifier may accept any more."""
    revoked_at: datetime | None = None
    purpose: str
    """What the certificate is for, as the README lists it."""


def staff_name(common_name: str, title: str, organisation: str, cccd: str) -> x509.Name:
    """Subject of a personal certificate (chứng thư số của cá nhân); ``cccd`` is the citizen's identity number."""
    return _name(
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.TITLE, title),
        (NameOID.COMMON_NAME, common_name),
        (NameOID.USER_ID, f"CCCD:{cccd}"),
    )


def seal_name(organisation: str, identifier: str = "", registration: str = "") -> x509.Name:
    """Subject of an agency's certificate (chứng thư số của cơ quan, tổ chức).

    Args:
        identifier: ``MNS:`` with the agency's code or ``MST:`` with its tax number; none when empty.
        registration: organizationIdentifier of ETSI EN 319 412-1, clause 5.1.4; none when empty.
    """
    given = (
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATION_IDENTIFIER, registration),
        (NameOID.COMMON_NAME, organisation),
        (NameOID.USER_ID, identifier),
    )
    return _name(*(part for part in given if part[1]))


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _service_name(common_name: str) -> x509.Name:
    return _name((NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, f"{common_name} THỬ NGHIỆM (edocs TEST)"))


_LEADER = staff_name("Nguyễn Văn An", "Chủ tịch", _PROVINCE, "001080000001")
_SEAL = seal_name(_PROVINCE, _PROVINCE_CODE)

_AUTHORITIES = (
    Row(
        name="official-root",
        issuer="official-root",
        serial=1,
        key=Key.RSA_3072,
        subject=_service_name("Gốc công vụ"),
        use=Use.ROOT,
        dates=(_year(2020), _year(2050)),
        purpose="root of the hierarchy for official duty",
    ),
    Row(
        name="official-ca",
        issuer="official-root",
        serial=2,
        key=Key.RSA_2048,
        subject=_service_name("CA công vụ"),
        use=Use.CA,
        dates=(_year(2021), _year(2048)),
        purpose="issues the certificates for official duty",
    ),
    Row(
        name="national-root",
        issuer="national-root",
        serial=3,
        key=Key.RSA_3072,
        subject=_service_name("Gốc quốc gia"),
        use=Use.ROOT,
        dates=(_year(2020), _year(2050)),
        purpose="root of the public hierarchy",
    ),
    Row(
        name="public-ca",
        issuer="national-root",
        serial=4,
        key=Key.RSA_2048,
        subject=_service_name("CA công cộng"),
        use=Use.CA,
        dates=(_year(2021), _year(2048)),
        purpose="issues the public certificates",
    ),
    Row(
        name="unknown-ca",
        issuer="unknown-ca",
        serial=5,
        key=Key.RSA_2048,
        subject=_service_name("Gốc tự tạo"),
        use=Use.ROOT,
        dates=(_year(2020), _year(2050)),
        purpose="self-made, only in the chain of `unknown-root.p12`: nobody trusts it",
    ),
)

_SIGNERS = (
    Row(
        name="leader",
        issuer="official-ca",
        serial=1001,
        key=Key.RSA_2048,
        subject=_LEADER,
        purpose="the leader who approves; role known by `UID=CCCD` alone",
    ),
    Row(
        name="leader-public",
        issuer="public-ca",
        serial=1002,
        key=Key.RSA_3072,
        subject=_LEADER,
        policy=PERSON_POLICY,
        purpose="the same leader at the public CA; role known by policy",
    ),
    Row(
        name="leader-p256",
        issuer="official-ca",
        serial=1003,
        key=Key.P256,
        subject=_LEADER,
        purpose="the same leader with an ECDSA key",
    ),
    Row(
        name="clerk",
        issuer="official-ca",
        serial=1004,
        key=Key.P256,
        subject=staff_name("Trần Thị Bình", "Văn thư", _PROVINCE, "001190000002"),
        policy=PERSON_POLICY,
        purpose="the clerk, who may not sign in the leader's place",
    ),
    Row(
        name="seal",
        issuer="official-ca",
        serial=2001,
        key=Key.RSA_2048,
        subject=_SEAL,
        purpose="the agency's seal; role known by `UID=MNS` alone",
    ),
    Row(
        name="seal-public",
        issuer="public-ca",
        serial=2002,
        key=Key.RSA_2048,
        subject=seal_name(_PROVINCE, f"MST:{_TAX_NUMBER}", f"VATVN-{_TAX_NUMBER}"),
        policy=ORGANISATION_POLICY,
        purpose="the seal at the public CA; policy, `UID=MST` and organizationIdentifier",
    ),
    Row(
        name="seal-p256",
        issuer="official-ca",
        serial=2003,
        key=Key.P256,
        subject=_SEAL,
        purpose="the seal with an ECDSA key",
    ),
    Row(
        name="seal-3072",
        issuer="official-ca",
        serial=2004,
        key=Key.RSA_3072,
        subject=_SEAL,
        purpose="the seal with a longer RSA key",
    ),
    Row(
        name="seal-orgid",
        issuer="public-ca",
        serial=2005,
        key=Key.P256,
        subject=seal_name(_PROVINCE, registration=f"VATVN-{_TAX_NUMBER}"),
        purpose="a seal known by organizationIdentifier alone",
    ),
    Row(
        name="seal-plain",
        issuer="public-ca",
        serial=2006,
        key=Key.P256,
        subject=seal_name(_PROVINCE),
        purpose="a seal with nothing but its name: the agency directory or a claimed role decides, or none",
    ),
)

_FAULTS = (
    Row(
        name="expired",
        issuer="official-ca",
        serial=3001,
        key=Key.RSA_2048,
        subject=_LEADER,
        dates=(_year(2020), _year(2022)),
        purpose="ended on 2022-01-01",
    ),
    Row(
        name="not-yet-valid",
        issuer="official-ca",
        serial=3002,
        key=Key.RSA_2048,
        subject=_LEADER,
        dates=(_year(2090), _year(2095)),
        purpose="begins on 2090-01-01",
    ),
    Row(
        name="revoked",
        issuer="official-ca",
        serial=3003,
        key=Key.RSA_2048,
        subject=_LEADER,
        revoked_at=datetime(2025, 6, 1, tzinfo=UTC),
        purpose="revoked on 2025-06-01 (keyCompromise) in `official-ca.crl`",
    ),
    Row(
        name="wrong-usage",
        issuer="official-ca",
        serial=3004,
        key=Key.RSA_2048,
        subject=_LEADER,
        use=Use.ENCIPHERMENT,
        purpose="key usage keyEncipherment only",
    ),
    Row(
        name="unknown-root",
        issuer="unknown-ca",
        serial=3005,
        key=Key.RSA_2048,
        subject=_LEADER,
        purpose="its chain ends at a root that nobody trusts",
    ),
    Row(
        name="rsa1024",
        issuer="official-ca",
        serial=3006,
        key=Key.RSA_1024,
        subject=_LEADER,
        purpose="RSA key of 1024 bits",
    ),
    Row(
        name="sha1",
        issuer="official-ca",
        serial=3007,
        key=Key.RSA_2048,
        subject=_LEADER,
        sha1=True,
        purpose="signed by its CA with sha1WithRSAEncryption",
    ),
)

_SERVICES = (
    Row(
        name="tsa",
        issuer="official-ca",
        serial=4001,
        key=Key.RSA_2048,
        subject=_service_name("Dấu thời gian"),
        use=Use.TIME_STAMP,
        purpose="time-stamping authority",
    ),
    Row(
        name="ocsp-official",
        issuer="official-ca",
        serial=4002,
        key=Key.RSA_2048,
        subject=_service_name("OCSP công vụ"),
        use=Use.OCSP,
        purpose="OCSP responder of `official-ca`",
    ),
    Row(
        name="ocsp-public",
        issuer="public-ca",
        serial=4003,
        key=Key.RSA_2048,
        subject=_service_name("OCSP công cộng"),
        use=Use.OCSP,
        purpose="OCSP responder of `public-ca`",
    ),
)

TABLE = {row.name: row for row in (*_AUTHORITIES, *_SIGNERS, *_FAULTS, *_SERVICES)}
"""Every certificate by name, issuers before what they issue."""
