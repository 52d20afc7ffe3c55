"""The rules about the signature of an edXML message.

Quy tắc xác thực chữ ký của gói tin edXML.
"""

from __future__ import annotations

from edocs.model.rule import Rule
from edocs.model.verdict import SubIndication, Verdict

__all__ = ["ENVELOPE_RULES"]

_FAILED = Verdict.TOTAL_FAILED
_ASK = "do not use the message; ask the sender for a new one"

ENVELOPE_RULES: dict[str, Rule] = {
    "envelope.absent": Rule(
        None,
        None,
        "Decision 28/2018/QĐ-TTg, article 4.1",
        "the message is not signed: who sent it, and its metadata, are proven by nothing; the value of the documents "
        "rests on the signatures in their PDFs",
        "",
    ),
    "envelope.empty": Rule(
        None,
        None,
        "Decision 28/2018/QĐ-TTg, article 4.1",
        "the element for a signature is empty: the message is not signed",
        "",
    ),
    "envelope.placeholder": Rule(
        None,
        None,
        "Decision 28/2018/QĐ-TTg, article 4.1",
        "what stands in the place of a signature is none: some software copies the same block into every message; "
        "it proves nothing",
        "",
    ),
    "envelope.form": Rule(
        _FAILED,
        SubIndication.FORMAT_FAILURE,
        "ETSI EN 319 132-1, 6.3",
        "the signature of the message is not of the accepted form: {why}",
        _ASK,
    ),
    "envelope.ambiguous": Rule(
        _FAILED,
        SubIndication.FORMAT_FAILURE,
        "W3C XML Signature Best Practices, 2.2",
        "the signed message could be read in more than one way: {why}",
        _ASK,
    ),
    "envelope.repeated": Rule(
        _FAILED,
        SubIndication.FORMAT_FAILURE,
        "W3C XML Signature Best Practices, 2.2",
        "the signed message could be read in more than one way: {part} is there more than once",
        _ASK,
    ),
    "envelope.algorithm": Rule(
        _FAILED,
        SubIndication.FORMAT_FAILURE,
        "Circular 15/2025/TT-BKHCN, annex I",
        "the signature of the message uses an algorithm that is not accepted: {algorithm}",
        _ASK,
    ),
    "envelope.value": Rule(
        _FAILED,
        SubIndication.SIG_CRYPTO_FAILURE,
        "ETSI EN 319 102-1, 5.2.7",
        "the value of the message's signature does not belong to the signer's key",
        _ASK,
    ),
    "envelope.changed": Rule(
        _FAILED,
        SubIndication.HASH_FAILURE,
        "ETSI EN 319 102-1, 5.2.7",
        "{part} was changed after the message was signed",
        _ASK,
    ),
    "envelope.not_signed": Rule(
        _FAILED,
        SubIndication.SIGNED_DATA_NOT_FOUND,
        "ETSI EN 319 102-1, 5.2.7",
        "{part} is not covered by the signature of the message",
        _ASK,
    ),
    "envelope.reference": Rule(
        _FAILED,
        SubIndication.SIGNED_DATA_NOT_FOUND,
        "ETSI EN 319 102-1, 5.2.7",
        "the signature of the message is over something that is no part of it: {id}",
        _ASK,
    ),
}
