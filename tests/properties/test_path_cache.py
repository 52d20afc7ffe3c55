"""A path that was kept is given again only where the search would find it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from edocs._trust import climbing
from edocs._trust.algorithms import CURRENT, AlgorithmPolicy
from edocs._trust.path import PATHS, PathResult, judge_path
from edocs._trust.path_algorithms import PathAlgorithms
from edocs._trust.path_cache import PathCache
from edocs._trust.revocation import StoreRevocation
from edocs.model import Revocation, SubIndication, TrustStore
from tests.values import authority, certify, der

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
DATES = [datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2024, 2025, 2027, 2028, 2030, 2031, 2032, 2045)]
NEAR = [SECOND * seconds + TICK * ticks for seconds in range(-3, 4) for ticks in (-1, 0, 1)]


def day(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    leaf: bytes
    others: tuple[bytes, ...]
    trust: TrustStore
    at: datetime
    weak: PathAlgorithms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    leaves: list[bytes]
    others: list[tuple[bytes, ...]]
    stores: list[TrustStore]


@cache
def world() -> World:
    """A signer whose authority has two certificates, one after the other; another is revoked, one ended early."""
    root, foreign = authority(), authority("Foreign CA")
    ca_key, keys = ec.generate_private_key(ec.SECP256R1()), [ec.generate_private_key(ec.SECP256R1()) for _ in range(4)]
    first = certify(ca_key.public_key(), "Middle CA", root, ca=True, dates=(day(2024), day(2028)))
    second = certify(ca_key.public_key(), "Middle CA", root, ca=True, dates=(day(2027), day(2032)))
    spans = [(day(2025), day(2031)), (day(2020), day(2045)), (day(2025), day(2027))]
    leaves = [
        certify(key.public_key(), f"Signer {number}", (ca_key, first), dates=dates)
        for number, (key, dates) in enumerate(zip(keys, spans, strict=False))
    ]
    leaves.append(certify(keys[3].public_key(), "Old", (ca_key, first), hashed=hashes.SHA224()))
    builder = x509.CertificateRevocationListBuilder().issuer_name(first.subject).last_update(day(2026))
    gone = x509.RevokedCertificateBuilder().serial_number(leaves[1].serial_number).revocation_date(NOW).build()
    crl = builder.next_update(day(2030)).add_revoked_certificate(gone).sign(ca_key, hashes.SHA256())
    middles = (der(first), der(second))
    believed = der(root[1])
    return World(
        leaves=[*map(der, leaves), b"\x30\x03\x02\x01\x05"],
        others=[(), middles, middles[:1], (*middles, b"\x30\x00", der(foreign[1]))],
        stores=[
            TrustStore(),
            TrustStore(anchors=(believed,)),
            TrustStore(anchors=(believed,), intermediates=middles),
            TrustStore(anchors=(believed,), intermediates=middles, crls=(crl.public_bytes(Encoding.DER),)),
            TrustStore(anchors=(der(foreign[1]),), intermediates=middles),
            TrustStore(anchors=middles[1:]),
        ],
    )


def times() -> st.SearchStrategy[datetime]:
    near = st.builds(datetime.__add__, st.sampled_from(DATES), st.sampled_from(NEAR))
    return near | st.builds(day(2019).__add__, st.timedeltas(timedelta(0), timedelta(days=27 * 365)))


@st.composite
def questions(draw: st.DrawFn) -> list[Question]:
    """The same question at several times, and in between another one."""
    made = world()
    policies = [None, PathAlgorithms(CURRENT, None), PathAlgorithms(AlgorithmPolicy(is_dated=True), day(2024))]
    kinds = [
        {
            "leaf": draw(st.sampled_from(made.leaves)),
            "others": draw(st.sampled_from(made.others)),
            "trust": draw(st.sampled_from(made.stores)),
            "weak": draw(st.sampled_from(policies)),
        }
        for _ in range(2)
    ]
    chosen = draw(st.lists(st.tuples(times(), st.integers(0, 4)), min_size=2, max_size=8))
    return [Question(at=at, **kinds[which == 0]) for at, which in chosen]


def answer(asked: Question) -> PathResult:
    return judge_path(asked.leaf, asked.others, asked.trust, StoreRevocation(asked.trust), asked.at, asked.weak)


@given(questions())
def test_what_is_kept_never_changes_an_answer(asked: list[Question]) -> None:
    PATHS.clear()

    kept = [answer(question) for question in asked]

    for question, found in zip(asked, kept, strict=True):
        PATHS.clear()
        assert answer(question) == found


def test_a_path_is_kept_between_two_dates_and_no_further() -> None:
    made = world()
    asked = Question(leaf=made.leaves[0], others=(), trust=made.stores[2], at=NOW, weak=None)
    PATHS.clear()

    chain = answer(asked).chain
    later = [
        answer(Question(leaf=asked.leaf, others=(), trust=asked.trust, at=at, weak=None)).chain
        for at in (NOW + timedelta(days=1), day(2027) - 3 * SECOND, day(2027) + 3 * SECOND, day(2028) + 3 * SECOND)
    ]

    assert [one[0] is chain[0] for one in later] == [True, True, False, False]
    assert later[3][1] != chain[1]  # by then the authority's other certificate


def test_a_revocation_that_comes_to_be_known_counts_for_a_path_that_was_kept() -> None:
    made = world()
    asked = {"leaf": made.leaves[1], "others": (), "at": NOW, "weak": None}

    before = answer(Question(trust=made.stores[2], **asked))
    after = answer(Question(trust=made.stores[3], **asked))

    assert (before.failure, before.revocation) == (None, Revocation.UNKNOWN)
    assert (after.failure, after.revocation) == (SubIndication.REVOKED_NO_POE, Revocation.REVOKED)


def test_a_certificate_without_end_is_kept_and_a_time_without_zone_is_not_asked_for() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    endless = certify(key.public_key(), "Endless", authority(), dates=(day(2024), datetime(9999, 12, 31, 23, 59, 59)))  # noqa: DTZ001 - UTC
    kept: PathCache[int] = PathCache()

    kept.keep("key", NOW, 1, [der(endless)])

    assert kept.get("key", day(2040)) == 1
    assert kept.get("key", datetime.max.replace(tzinfo=UTC)) is None
    assert kept.get("key", NOW.replace(tzinfo=None)) is None


def test_threads_that_share_what_is_kept_agree() -> None:
    """A certificate is read part by part; half read by one thread it must not be taken for whole by another."""
    made = world()
    asked = [
        Question(leaf=leaf, others=made.others[1], trust=trust, at=NOW, weak=None)
        for leaf in made.leaves
        for trust in made.stores
    ]
    alone = [answer(question) for question in asked]

    for _ in range(3):
        PATHS.clear()
        climbing._parsed.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(answer, asked * 4)) == alone * 4


def test_only_so_much_is_kept() -> None:
    kept: PathCache[int] = PathCache()
    certificate = world().leaves[0]

    for number in range(300):
        kept.keep(number, NOW, number, [certificate])
    kept.keep("huge", NOW, 1, [certificate] * 1000)
    kept.keep("broken", NOW, 1, [certificate, b"\x30\x00"])

    assert [kept.get(key, NOW) for key in (0, 43, 44, 299, "huge", "broken")] == [None, None, 44, 299, None, None]
