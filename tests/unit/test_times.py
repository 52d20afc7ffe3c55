"""Points of time at the borders: without a zone, or at an end of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from edocs.errors import UsageError
from edocs.model import HANOI, TrustStore, VerificationOptions
from edocs.model.times import clock_text, day_text, local_time, require_time
from edocs.testing import sample_pdf
from edocs.verify import verify_pdf

ENDLESS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
NAIVE = datetime(2026, 3, 5)  # noqa: DTZ001 - the case


def test_a_certificate_without_end_has_a_last_day() -> None:
    """RFC 5280, 4.1.2.5: it is valid to 99991231235959Z, a day later in Hanoi."""
    assert day_text(ENDLESS) == "31/12/9999"
    assert clock_text(ENDLESS) == "31/12/9999 23:59:59 +00:00"
    assert local_time(ENDLESS) == ENDLESS


def test_a_time_is_shown_in_vietnamese_time() -> None:
    assert clock_text(datetime(2026, 3, 4, 17, tzinfo=UTC)) == "05/03/2026 00:00:00 +07:00"


@pytest.mark.parametrize(
    "moment", [ENDLESS, datetime(1, 1, 1, tzinfo=HANOI), datetime(9999, 12, 31, tzinfo=timezone(timedelta(hours=-12)))]
)
def test_an_end_of_the_calendar_is_a_usage_error(moment: datetime) -> None:
    with pytest.raises(UsageError, match="end of the calendar"):
        require_time(moment)


def test_a_verification_for_a_time_without_a_zone_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no time zone"):
        verify_pdf(sample_pdf(), TrustStore(), VerificationOptions(at=NAIVE))


def test_a_verification_for_the_end_of_time_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="end of the calendar"):
        verify_pdf(sample_pdf(), TrustStore(), VerificationOptions(at=ENDLESS))
