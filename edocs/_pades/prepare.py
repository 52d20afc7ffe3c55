"""Everything about a signature but the key: EN 319 142-1, level B-B; ISO 32000-2, 12.8.

Chuẩn bị và hoàn tất chữ ký PAdES. Steps of preparing:

1. read the document, its fields, and what its signatures still allow;
2. choose the field, or add one: before the seal's, so that the seal is drawn over the signature and comes last;
3. reserve fields, or fill in number and date, where the spec asks for it;
4. draw the stamp;
5. write the signature dictionary with room for the CMS, whose size is known without signing;
6. digest the byte range and state what the key has to sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from weakref import WeakValueDictionary

from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pades.acts import mark
from edocs._pades.archival import keep_archival
from edocs._pades.cms import DIGESTS, certificate_der, cms_size, signed_attributes, signed_data
from edocs._pades.embed import (
    LATER_ROOM,
    TOKEN_ROOM,
    Mdp,
    Statement,
    add_signature,
    digests_of,
    fill_gap,
    imprint_of,
    render,
)
from edocs._pades.fields import add_signature_field, choose_field, lock_dictionary, require_issued_form
from edocs._pades.fill import fill_code
from edocs._pades.form import FormField, read_fields, require_form
from edocs._pades.permits import FieldLock, Permits, read_lock, read_permits
from edocs._pades.place import Place, page_count, place_of, require_plain, sheet_of
from edocs._pades.placing import place_new
from edocs._pades.reserve import approval_lock, is_reserved, reserve_fields
from edocs._pades.stamp import fit_image, stamp_appearance
from edocs._pades.state import STATE_VERSION, PreparedSignature, sha256_hex
from edocs._pades.value import require_value, value_size
from edocs._pdf import entries
from edocs._pdf.increment import Increment, open_increment, pdf_errors
from edocs._pdf.plain import plain_copy
from edocs._trust.signer_check import check_signer
from edocs.errors import FieldError, PermissionRefusedError, StateRefusedError, UsageError
from edocs.model import RESERVED_FIELDS, SEAL_FIELD, Level, SignatureSpec
from edocs.ports import Signer

__all__ = ["LIFETIME", "Update", "finish", "prepare", "write_update"]

LIFETIME = timedelta(days=7)
"""How long a prepared signature may wait for its value."""

_TOKEN_ROOM = TOKEN_ROOM + 64  # and what wraps a timestamp as an unsigned attribute
# What was made here and never left: frozen, so its digests need not be computed again. By identity: a copy is not it.
_OURS: WeakValueDictionary[int, PreparedSignature] = WeakValueDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What is appended to a document, with room for the CMS."""

    tail: bytes
    gap_start: int
    """Offset of the ``<`` that opens ``/Contents``, in the whole file."""
    gap_end: int
    field: str


@dataclass(slots=True)
class _Target:
    """The field that is signed."""

    name: str
    dictionary: generic.DictionaryObject
    widget: generic.DictionaryObject
    rectangle: tuple[float, float, float, float] | None
    is_new: bool


def prepare(document: bytes, signer: Signer, spec: SignatureSpec, now: datetime) -> PreparedSignature:
    """Do everything that needs no key; only the certificates and the algorithm of ``signer`` are read."""
    increment = open_increment(document, spec.password)
    shown = plain_copy(document, spec.password) if increment.security_handler else document
    update = write_update(increment, shown, signer, spec, now)
    prepared = document + update.tail
    imprint, whole_sha256 = digests_of(prepared, update.gap_start, update.gap_end, spec.digest)
    certificates = tuple(map(certificate_der, (signer.certificate, *signer.chain)))
    state = PreparedSignature(
        document=prepared,
        gap_start=update.gap_start,
        gap_end=update.gap_end,
        attributes=signed_attributes(imprint, spec.digest, signer.certificate, spec.role),
        digest=spec.digest,
        algorithm=signer.algorithm,
        role=spec.role,
        field=update.field,
        level=spec.level,
        certificates=certificates,
        document_sha256=whole_sha256,
        certificate_sha256=sha256_hex(certificates[0]),
        created_at=now,
        expires_at=min(now + LIFETIME, signer.certificate.not_valid_after_utc),
    )
    _OURS[id(state)] = state
    return state


def write_update(increment: Increment, shown: bytes, signer: Signer, spec: SignatureSpec, now: datetime) -> Update:
    """Steps 1 to 5, upon an opened document.

    Args:
        shown: The document, readable without a password, where ``spec`` has places found by its text; else not looked
            at.
    """
    if spec.digest not in DIGESTS:
        names = ", ".join(DIGESTS)
        raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=spec.digest, names=names)
    # (1)
    chain = (signer.certificate, *signer.chain)
    size = cms_size(chain, signer.algorithm, spec.digest, spec.role, value_size(signer.certificate))
    size += LATER_ROOM if spec.level is Level.B_B else _TOKEN_ROOM
    with pdf_errors():
        fields = read_fields(increment)
        permits = read_permits(fields.values(), increment.root)
        spec = mark(increment, shown, spec, permits, signer.certificate)
        # (2)
        find_place = partial(place_new, increment, shown, spec, signer.certificate)
        target = _target(increment, spec, fields, permits, find_place)
        # (3)
        fields = _change_form(increment, shown, spec, permits, target)
        mdp = _mdp(increment, spec, fields, target, permits)
        # (4)
        _stamp(increment, target, spec, now)
        # (5)
        require_form(increment)
        statement = Statement(reason=spec.reason, location=spec.location, signed_at=now, size_bytes=size, mdp=mdp)
        contents, byte_range = add_signature(increment, target.dictionary, statement)
        tail = render(increment, contents, byte_range)
    end = contents.start + len(contents.text)
    return Update(tail=tail, gap_start=contents.start, gap_end=end, field=target.name)


def finish(
    state: PreparedSignature, value: bytes, now: datetime, take_token: Callable[[bytes], bytes] | None = None
) -> bytes:
    """Check everything that the state is bound to, then put the signature into the document.

    Args:
        take_token: Gives the timestamp on the checked value; empty for none.
    """
    chain = _require_bound(state, now)
    check_signer(chain[0], chain[1:], now, None)  # a stored state may hold another certificate by now
    require_value(chain[0], state.algorithm, state.digest, state.attributes, value)
    token = take_token(value) if take_token else b""
    cms = signed_data(state.attributes, value, chain, state.algorithm, state.digest, token)
    return fill_gap(state.document, state.gap_start, state.gap_end, cms)


def _change_form(
    increment: Increment, document: bytes, spec: SignatureSpec, permits: Permits, target: _Target
) -> dict[str, FormField]:
    fields = read_fields(increment)
    if spec.reserve is not None and spec.code is not None:
        raise UsageError("reserving fields and filling them is two signatures", hint="approve first, then issue")
    if spec.reserve is not None and not (permits.is_signed and is_reserved(fields)):
        _require_draft(fields, permits)
        person = place_of(increment, target.widget) if target.rectangle else None
        require_plain(increment, 0)  # number and date are set as the page is written
        if person is not None and spec.reserve.seal is None:
            require_plain(increment, person.page)
        reserve_fields(increment, document, spec.reserve, person)
    elif spec.code is not None:
        fill_code(increment, fields, permits, spec.code)
    else:
        return fields
    return read_fields(increment)


def _require_draft(fields: dict[str, FormField], permits: Permits) -> None:
    taken = [name for name in RESERVED_FIELDS if name in fields]
    if taken and not permits.is_signed:
        # Whoever wrote the draft chose their place, typeface and actions; nobody has answered for that yet.
        raise FieldError(
            "the draft has a field of a reserved name: {name}", hint="remove it: approving makes it", name=taken[0]
        )
    if permits.is_signed:
        raise PermissionRefusedError(
            "the document is signed: fields reserved now would break that signature",
            hint="reserve them with the first signature",
        )


def _target(
    increment: Increment,
    spec: SignatureSpec,
    fields: dict[str, FormField],
    permits: Permits,
    find_place: Callable[[], Place | None],
) -> _Target:
    choice = choose_field(fields, spec)
    name = choice if isinstance(choice, str) else choice.name
    permits.require(name)
    _require_allowed(increment, is_new=isinstance(choice, str))
    if name == SEAL_FIELD and spec.code is None:
        require_issued_form(fields)
    if isinstance(choice, FormField):
        return _Target(name, choice.dictionary, choice.widget, choice.rectangle, is_new=False)
    if spec.stamp is not None and spec.stamp.box is None:
        require_plain(increment, page_count(increment) - 1)
    place = find_place()
    if place is not None:
        permits.require_new_visible(name)
    reference = add_signature_field(increment, name, place)
    added = reference.get_object()
    rectangle = (place.left, place.bottom, place.right, place.top) if place else None
    return _Target(name, added, added, rectangle, is_new=True)


def _require_allowed(increment: Increment, *, is_new: bool) -> None:
    if not (increment.may_add if is_new else increment.may_fill):
        raise PermissionRefusedError(
            "the PDF's encryption does not let this password's holder sign", hint="give the owner's password"
        )


def _mdp(
    increment: Increment, spec: SignatureSpec, fields: dict[str, FormField], target: _Target, permits: Permits
) -> Mdp:
    own = entries.dictionary(target.dictionary, "/Lock")
    if own is not None:
        lock, level = read_lock(own), entries.number(own, "/P", 2)
        if spec.reserve is not None:
            _require_open(lock, level)
        is_certification = spec.reserve is not None and not permits.is_signed
        return Mdp(is_certification=is_certification, lock=lock, level=level if "/P" in own else None)
    if spec.reserve is None:
        return Mdp(is_certification=False, lock=None)
    lock = approval_lock({name: field for name, field in fields.items() if name != target.name})
    if target.is_new or not permits.is_signed:
        entry = lock_dictionary(lock)
        if permits.is_signed:
            entry["/P"] = generic.NumberObject(2)
        target.dictionary["/Lock"] = increment.add_object(entry)
        increment.update_container(target.dictionary)
    return Mdp(is_certification=not permits.is_signed, lock=lock, level=2)


def _require_open(lock: FieldLock, level: int) -> None:
    if level == 1 or any(lock.covers(name) for name in RESERVED_FIELDS):
        raise PermissionRefusedError(
            "the field's own lock would shut number, date and seal in", hint="sign another field: --field"
        )


def _stamp(increment: Increment, target: _Target, spec: SignatureSpec, now: datetime) -> None:
    if spec.stamp is None:
        return
    if target.rectangle is None:
        raise FieldError("the field has no place for a stamp: {name}", name=target.name, hint="sign with --no-stamp")
    left, bottom, right, top = target.rectangle
    sheet = sheet_of(increment, target.widget)
    size = sheet.seen_size(right - left, top - bottom)
    is_act = spec.reserve is not None or spec.code is not None
    stamp = fit_image(spec.stamp, spec.role, size) if is_act else spec.stamp
    stream = stamp_appearance(increment, stamp, size, now)
    keep_archival(increment, stream)
    sheet.turn_upright(stream, size)
    target.widget["/AP"] = generic.DictionaryObject({pdf_name("/N"): increment.add_object(stream)})
    increment.update_container(target.widget)


def _require_bound(state: PreparedSignature, now: datetime) -> Sequence[x509.Certificate]:
    if state.version != STATE_VERSION:
        raise StateRefusedError(
            "signing state of version {version}, not {known}",
            hint="prepare the document again",
            version=state.version,
            known=STATE_VERSION,
        )
    if state.digest not in DIGESTS:
        raise StateRefusedError("not a signing state", hint="prepare the document again")
    if now >= state.expires_at:
        raise StateRefusedError(
            "the signing state expired at {time}",
            hint="prepare the document again",
            time=state.expires_at.isoformat(timespec="seconds"),
        )
    if _OURS.get(id(state)) is state:
        return [_certificate(item) for item in state.certificates]
    if sha256_hex(state.document) != state.document_sha256:
        raise StateRefusedError("the prepared document was changed", hint="prepare it again")
    if not state.certificates or sha256_hex(state.certificates[0]) != state.certificate_sha256:
        raise StateRefusedError("the signing state is for another certificate", hint="prepare the document again")
    try:
        chain = [_certificate(item) for item in state.certificates]
    except (ValueError, x509.InvalidVersion) as exc:
        raise StateRefusedError("not a signing state", hint="prepare the document again") from exc
    imprint = imprint_of(state.document, state.gap_start, state.gap_end, state.digest)
    if signed_attributes(imprint, state.digest, chain[0], state.role) != state.attributes:
        raise StateRefusedError("the prepared document was changed", hint="prepare it again")
    return chain


@lru_cache(maxsize=256)
def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)
