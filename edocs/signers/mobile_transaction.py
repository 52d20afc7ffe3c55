"""What surrounds a signing on a phone: the transaction that waits, the phones that are busy, clock, waiting and code.

Giao dịch ký trên SIM. A transaction is plain data without secrets; nothing in it is believed when it comes back.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from edocs.errors import RefusedError, StateRefusedError
from edocs.signers.mobile_account import MobileAccount

__all__ = ["BLOCKED", "Conduct", "MobileTransaction", "Unfinished"]

BLOCKED = timedelta(seconds=50)
"""How long a phone takes no second request after one that it did not end."""

_SCHEMA = "edocs.mobile/1"


class Unfinished:
    """Which phones hold a request that is not ended, in this process."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def begin(self, account: MobileAccount, now: datetime) -> None:
        """Take the phone.

        Raises:
            RefusedError: It is taken.
        """
        with self._lock:
            until = self._until.get(account.msisdn)
            if until is not None and until > now:
                raise RefusedError(
                    "the phone has an unfinished request: {msisdn}",
                    hint="answer it on the phone, or wait {seconds} s",
                    msisdn=account.masked,
                    seconds=-(-(until - now) // timedelta(seconds=1)),
                )
            self._until[account.msisdn] = now + BLOCKED

    def keep(self, account: MobileAccount, now: datetime) -> None:
        """It is still not ended."""
        with self._lock:
            self._until[account.msisdn] = now + BLOCKED

    def end(self, account: MobileAccount) -> None:
        """The service has given a final answer."""
        with self._lock:
            self._until.pop(account.msisdn, None)


_UNFINISHED = Unfinished()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """What a signer does beside speaking to the service: look at the clock, wait, show the code."""

    notify: Callable[[str], None] = lambda _: None
    """Handed the code that the phone shows (mã xác nhận), before the person is asked."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Callable[[float], None] = time.sleep
    first_s: float = 2.0
    """Until the first poll; later ones come at growing distances."""
    longest_s: float = 10.0
    answer_s: float = 30.0
    """How long the service may take for an answer that waits for no person."""
    unfinished: Unfinished = _UNFINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileTransaction:
    """A request that waits for the person: plain data, to be stored beside the prepared signature (giao dịch ký)."""

    ap_transaction: str
    mssp_transaction: str
    code: str
    """What both screens show."""
    expires_at: datetime
    """Aware; until when it is worth polling."""
    certificate_sha256: str

    def to_json(self) -> str:
        """The transaction as one JSON object."""
        return json.dumps({"schema": _SCHEMA, **asdict(self), "expires_at": self.expires_at.isoformat()})

    @classmethod
    def from_json(cls, text: str | bytes) -> MobileTransaction:
        """The transaction that :meth:`to_json` wrote.

        Raises:
            StateRefusedError: Not such a transaction.
        """
        try:
            values = json.loads(text)
            names = ("ap_transaction", "mssp_transaction", "code", "certificate_sha256")
            expires_at = datetime.fromisoformat(values["expires_at"])
            is_whole = values["schema"] == _SCHEMA and expires_at.tzinfo is not None
            if is_whole and all(isinstance(values[name], str) for name in names):
                return cls(expires_at=expires_at, **{name: values[name] for name in names})
        except (KeyError, TypeError, ValueError, RecursionError) as exc:
            raise _not_state() from exc
        raise _not_state()


def _not_state() -> StateRefusedError:
    return StateRefusedError("not a signing state", hint="prepare the document again")
