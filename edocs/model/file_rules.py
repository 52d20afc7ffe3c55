"""The rules about a file and its structure, before any signature value is looked at (ISO 32000-2, 7.5 and 12.8).

Quy tắc về tệp và cấu trúc tệp. What breaks a signature's range fails; what programs could read differently is unclear.
"""

from __future__ import annotations

from edocs.model.rule import Rule
from edocs.model.verdict import SubIndication, Verdict

__all__ = ["FILE_RULES"]

_FAILED, _UNCLEAR, _UNREADABLE = Verdict.TOTAL_FAILED, Verdict.INDETERMINATE, Verdict.UNREADABLE
_SUB = SubIndication

FILE_RULES: dict[str, Rule] = {
    # The file
    "file.not_pdf": Rule(
        _UNREADABLE, None, "ISO 32000-2, 7.5.2", "not a PDF: {why}", "check that the right file was sent"
    ),
    "file.damaged": Rule(
        _UNREADABLE, None, "ISO 32000-2, 7.5", "damaged or truncated: {why}", "ask the sender for the file again"
    ),
    "file.encrypted": Rule(
        _UNREADABLE, None, "ISO 32000-2, 7.6", "encrypted, and the password is missing or wrong", "give the password"
    ),
    "file.not_signed": Rule(
        Verdict.NOT_SIGNED,
        None,
        "ISO 32000-2, 12.7.5.5",
        "no signature field is filled",
        "sign it, or ask for the signed file",
    ),
    "file.unreached_byte_range": Rule(
        None,
        None,
        "ISO 32000-2, 12.8.1",
        "the file contains a signature that no field shows: it was removed, or belongs to an attached file",
        "ask the sender for the signed file",
    ),
    "file.document_timestamp": Rule(
        None, None, "ETSI EN 319 142-1, 5.4.3", "{count} document timestamps are present, and no signature", ""
    ),
    # What one file may cost
    "limit.time": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ETSI EN 319 102-1, 5.1.3",
        "verifying took more than {seconds} s, and was given up",
        "do not rely on the document; where it is honest and large, allow more with --max-seconds",
    ),
    "limit.memory": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ETSI EN 319 102-1, 5.1.3",
        "verifying took more memory than allowed, and was given up: {allowed}",
        "do not rely on the document; where it is honest and large, allow more with --max-memory",
    ),
    "limit.size": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ETSI EN 319 102-1, 5.1.3",
        "the file has {size} MB, and verifying may take {megabytes} MB",
        "allow more with --max-memory",
    ),
    "limit.crashed": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ETSI EN 319 102-1, 5.1.3",
        "the process that verified the file died, twice",
        "do not rely on the document; verify it alone, with more memory, and report it if it dies again",
    ),
    # Structure
    "structure.lenient": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5",
        "the file breaks the syntax of PDF, so programs may read it differently: {why}",
        "ask for a file made by conforming software",
    ),
    "structure.byte_range": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.1",
        "the byte range {range} does not describe one signed part before and one after the signature",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.hole": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.1",
        "the unsigned gap is not exactly the value of this signature",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.padding": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ETSI EN 319 142-1, 5.3",
        "something other than zeros follows the signature in its unsigned gap",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.coverage": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.1",
        "the signature does not cover the whole revision that it belongs to",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.unreached_bytes": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 7.5.6",
        "{count} bytes at offset {offset}, added after signing, belong to no revision of the document",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.unreached_signed": Rule(
        None,
        None,
        "ISO 32000-2, 7.5.4",
        "{count} signed bytes, the first at offset {offset}, belong to no revision; no program shows them",
        "",
    ),
    "structure.second_definition": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.4",
        "object {number} stands a second time at offset {offset}, where only programs that repair a file look",
        "ask for a file made by conforming software",
    ),
    "structure.second_table": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.5",
        "a trailer at offset {offset} belongs to no revision, and programs that repair a file may follow it",
        "ask for a file made by conforming software",
    ),
    "structure.wrong_object": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.4",
        "the cross-reference table takes offset {offset} for object {number}, and another object is there",
        "ask for a file made by conforming software",
    ),
    "structure.broken_object": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.3.10",
        "object {number} at offset {offset} does not end before the next one, or breaks the syntax of PDF",
        "ask for a file made by conforming software",
    ),
    "structure.stream_length": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.3.8.2",
        "the stream of object {number} at offset {offset} is not as long as it says",
        "ask for a file made by conforming software",
    ),
    "structure.object_stream": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.7",
        "object stream {number} does not hold what the cross-reference table says",
        "ask for a file made by conforming software",
    ),
    "structure.duplicate_key": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.3.7",
        "a dictionary of object {number} has the key {key} twice, and programs differ in which they take",
        "ask for a file made by conforming software",
    ),
    "structure.duplicate_entry": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.4",
        "the cross-reference table at offset {offset} names an object twice, and programs differ in which they take",
        "ask for a file made by conforming software",
    ),
    "structure.size": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.5",
        "the file has objects beyond the {size} that it says it has, and only some programs show them",
        "ask for a file made by conforming software",
    ),
    "structure.generation": Rule(
        _UNCLEAR,
        _SUB.GENERIC,
        "ISO 32000-2, 7.5.4",
        "object {number} is freed or written under a generation that does not follow, and only some programs show it",
        "ask for a file made by conforming software",
    ),
    "structure.trailing_space": Rule(
        None, None, "ISO 32000-2, 7.5.5", "{count} empty bytes follow the end of the document", ""
    ),
    "structure.shared_signature": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.7.5.5",
        "one signature is shown by two fields",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.signature_changed": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.1",
        "the signature dictionary was written again after the signature was made",
        "do not use the document; ask the sender for a new one",
    ),
    "structure.certification": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.2.2",
        "the signature certifies the document, and only the first signature of a document may",
        "ask for an approval signature instead",
    ),
    "structure.certified_by_another": Rule(
        _FAILED,
        _SUB.FORMAT_FAILURE,
        "ISO 32000-2, 12.8.6",
        "the document names another signature as its certification than the one that certifies it",
        "do not use the document; ask the sender for a new one",
    ),
}
