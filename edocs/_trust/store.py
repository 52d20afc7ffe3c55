"""Reading trust material from files: anchors, intermediate certificates, revocation lists, trusted lists, pins.

Kho điểm tin cậy. Nothing comes from the operating system's web roots, and an end-entity certificate never becomes an
anchor: whoever can put a file into the folder would otherwise be believed for everything.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from edocs._trust.anchors import is_certificate_authority, is_list_operator
from edocs._trust.chains import is_issued_by
from edocs._trust.pins import PinUse
from edocs._trust.trust_file import TrustFile, read_trust_file, trust_files
from edocs.errors import TrustListError, UsageError
from edocs.model import TrustedService, TrustStore

__all__ = ["load_trust"]

_DER = Encoding.DER


def load_trust(
    paths: Iterable[Path],
    at: datetime | None = None,
    on_kept_out: Callable[[TrustListError], None] | None = None,
) -> TrustStore:
    """The trust store made of the given files and folders: PEM, DER, PKCS#7, ``*.pins``, lists of TS 119 612.

    Nạp điểm tin cậy: a self-signed CA certificate is an anchor, another CA certificate is known but not believed by
    itself, a CRL is evidence, a pin is believed as it says, a trusted list that holds counts for its services;
    end-entity certificates and keys are passed over.

    Args:
        at: As of when trusted lists must hold (aware); None: now.
        on_kept_out: Told of each trusted list that does not hold, which is then left out; None: the first one raises.

    Raises:
        UsageError: A path does not exist, cannot be read, or holds nothing that can be used; a trust store is never
            empty in silence.
        TrustListError: A trusted list expired, or no known operator signed it.
    """
    found: list[TrustFile] = []
    for path in paths:
        files = [read_trust_file(file) for file in trust_files(path)]
        if not any(_is_of_use(file) for file in files):
            raise UsageError(
                "no CA certificate, revocation list, trusted list or pin in {path}",
                hint="give PEM, DER or PKCS#7 files, *.pins, a trusted list, or a folder of them",
                path=path,
            )
        found += files
    if not any(file.trusted_list for file in found):
        store = _assemble(found, ())
        if found and store == TrustStore():
            raise UsageError("only operators of trusted lists, and no list: {path}", path=found[0].path)
        return store
    # Imported on use: who has no trusted list waits for no XML library.
    lists, faults = importlib.import_module("edocs._trust.trust_lists").read_trust_lists(found, at or datetime.now(UTC))
    for fault in faults:
        if on_kept_out is None:
            raise fault
        on_kept_out(fault)
    return _assemble(found, [service for item in lists for service in item.content.services])


def _is_of_use(file: TrustFile) -> bool:
    return bool(
        file.crls
        or file.pins
        or file.trusted_list
        or any(map(is_certificate_authority, file.certificates))
        or any(map(is_list_operator, file.certificates))
    )


def _assemble(files: Sequence[TrustFile], services: Iterable[TrustedService]) -> TrustStore:
    authorities = [item for file in files for item in file.certificates if is_certificate_authority(item)]
    # Its own key must have signed it: a certificate of a new key under an old name is nobody's anchor.
    anchors = [item for item in authorities if is_issued_by(item, item)]
    others = [item for item in authorities if item not in anchors]
    pins = {use: frozenset(pin.sha256 for file in files for pin in file.pins if pin.use is use) for use in PinUse}
    return TrustStore(
        anchors=tuple(dict.fromkeys(item.public_bytes(_DER) for item in anchors)),
        intermediates=tuple(dict.fromkeys(item.public_bytes(_DER) for item in others)),
        crls=tuple(dict.fromkeys(crl for file in files for crl in file.crls)),
        services=tuple(services),
        anchor_pins=pins[PinUse.ANCHOR],
        signer_pins=pins[PinUse.SIGNER],
        timestamp_pins=pins[PinUse.TIMESTAMP],
    )
