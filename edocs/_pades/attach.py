"""A timestamp for a signature that is there already, in the room that its value left (EN 319 122-1, 5.3).

Gắn dấu thời gian vào chữ ký đã có. Only into the newest signature, with nothing behind it: what others have signed is
never touched, and without enough room nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable

from asn1crypto import cms

from edocs._pades.survey import Vouched
from edocs._pdf.faults import PARSER_FAULTS

__all__ = ["attach_timestamp"]

_LEAST_ROOM = 2048  # a token without its certificates is about half of that, one with them rarely less


def attach_timestamp(document: bytes, signature: Vouched, take_token: Callable[[bytes], bytes]) -> bytes | None:
    """``document`` with a timestamp in ``signature``; None where it has no room, or is not what ends the document.

    Args:
        take_token: Gives a token, DER, for the signature value.
    """
    start, end = signature.gap
    room = (end - start - 2) // 2
    try:
        content = cms.ContentInfo.load(bytes.fromhex(document[start + 1 : end - 1].decode("ascii")))
        if signature.end != len(document) or len(content.dump()) + _LEAST_ROOM > room:
            return None
        (signer,) = content["content"]["signer_infos"]
        signed = signer["signed_attrs"].dump()
        kept = list(signer["unsigned_attrs"]) if signer["unsigned_attrs"] else []
        token = cms.ContentInfo.load(take_token(signer["signature"].native))
        stamp = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        signer["unsigned_attrs"] = cms.CMSAttributes([*kept, stamp])
        value = content.dump(force=True)
        (written,) = cms.ContentInfo.load(value)["content"]["signer_infos"]
        if len(value) > room or written["signed_attrs"].dump() != signed:
            return None
    except PARSER_FAULTS:
        return None
    filled = value.hex().encode("ascii").ljust(2 * room, b"0")
    return b"".join((document[: start + 1], filled, document[end - 1 :]))
