"""Every error that edocs raises, and the exit code each one becomes.

::

    EdocsError
    ├── VerificationError          1   a report that was required to pass did not
    ├── AttachmentMismatchError    1   what was unpacked is not what was packed
    ├── XmlSignatureError          1   an XML signature that does not hold, or has not the accepted form
    ├── UsageError                 2   an argument that cannot be meant
    ├── UnreadableError            4   an input that cannot be read as what it claims to be
    │   ├── NotPdfError                not a PDF, empty, truncated
    │   ├── EncryptedError             encrypted, and no or the wrong password
    │   ├── AppearanceError            (in _pdf.appearance) never leaves the verifier
    │   ├── UnknownAlgorithmError      (in _trust.schemes) never leaves the verifier
    │   └── MalformedEnvelopeError     XML that does not parse, has a DTD or an entity, or is no edXML
    ├── UnavailableError           5   a service, token or store that does not answer
    │   ├── MissingExtraError          an optional dependency that is not installed
    │   ├── StoreError                 a register that cannot be opened, or is of another version
    │   └── TrustListError             a trusted list that expired, or that no known operator signed
    ├── RefusedError               6   refused before acting
    │   ├── CancelledError             the person declined, on the phone or the service's page
    │   ├── SecretError                passphrase or PIN wrong, or not to be had
    │   ├── CertificateRefusedError    expired, not yet valid, wrong usage, weak, revoked
    │   ├── FieldError                 signed already, missing, outside the page, anchor not found
    │   ├── PermissionRefusedError     the document's own DocMDP or FieldMDP forbids it
    │   ├── StateRefusedError          a stored signing state: other version, document, certificate; expired
    │   ├── SignatureValueError        a signer returned a value that its certificate does not verify
    │   ├── StampError                 an image or text that cannot be placed as the decree wants it
    │   ├── NoFontError                no font with Vietnamese letters
    │   ├── StateSecretError           Decision 28/2018, article 1.2
    │   └── DuplicateError             the number is taken in this book and year
    └── OutputError                7   an output that cannot be written
"""

from __future__ import annotations

from typing import ClassVar

from edocs.locale import DEFAULT_LANGUAGE, translate

__all__ = [
    "AttachmentMismatchError",
    "CancelledError",
    "CertificateRefusedError",
    "DuplicateError",
    "EdocsError",
    "EncryptedError",
    "FieldError",
    "MalformedEnvelopeError",
    "MissingExtraError",
    "NoFontError",
    "NotPdfError",
    "OutputError",
    "PermissionRefusedError",
    "RefusedError",
    "SecretError",
    "SignatureValueError",
    "StampError",
    "StateRefusedError",
    "StateSecretError",
    "StoreError",
    "TrustListError",
    "UnavailableError",
    "UnreadableError",
    "UsageError",
    "VerificationError",
    "XmlSignatureError",
]


class EdocsError(Exception):
    """Base of every error of edocs.

    The message and the hint are templates in English (``"file not found: {path}"``); the values come as keyword
    arguments, so that the command line can show either in Vietnamese.

    >>> str(UsageError("no such policy: {name}", hint="one of {names}", name="x", names="strict"))
    'no such policy: x (one of strict)'
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, /, *, hint: str = "", **params: object) -> None:
        self.template = message
        self.hint_template = hint
        self.params = {
            name: value.message() if isinstance(value, EdocsError) else str(value) for name, value in params.items()
        }
        why = params.get("why")
        self._why = why if isinstance(why, EdocsError) else None
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:  # an error crosses process borders whole
        params = {**self.params, "why": self._why} if self._why else self.params
        return (_rebuild, (type(self), self.template, self.hint_template, params))

    def message(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What happened, to which object, in ``lang`` ("en" or "vi")."""
        return translate(self.template, lang, **self._values(lang))

    def hint(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """What to do next, or an empty string."""
        return translate(self.hint_template, lang, **self._values(lang)) if self.hint_template else ""

    def _values(self, lang: str) -> dict[str, str]:
        """The parameters; of them only ``why`` is for people: an error, or a text that the catalogues may know."""
        if self._why is not None:
            return {**self.params, "why": self._why.message(lang)}
        return {name: translate(value, lang) if name == "why" else value for name, value in self.params.items()}

    def __str__(self) -> str:
        hint = self.hint()
        return f"{self.message()} ({hint})" if hint else self.message()


def _rebuild(kind: type[EdocsError], message: str, hint: str, params: dict[str, object]) -> EdocsError:
    return kind(message, hint=hint, **params)


class VerificationError(EdocsError):
    """A report that was required to pass did not."""


class AttachmentMismatchError(EdocsError):
    """What was unpacked is not what was packed."""


class XmlSignatureError(EdocsError):
    """An XML signature that does not hold, or has another form than is accepted."""


class UsageError(EdocsError):
    """An argument that cannot be meant."""

    exit_code = 2


class UnreadableError(EdocsError):
    """An input that cannot be read as what it claims to be."""

    exit_code = 4


class NotPdfError(UnreadableError):
    """Not a PDF, empty or truncated."""


class EncryptedError(UnreadableError):
    """Encrypted, and no password or the wrong one was given."""


class MalformedEnvelopeError(UnreadableError):
    """XML that does not parse, has a DTD or an entity, or is no edXML."""


class UnavailableError(EdocsError):
    """A service, token or store that does not answer."""

    exit_code = 5


class MissingExtraError(UnavailableError):
    """An optional dependency that is not installed."""


class StoreError(UnavailableError):
    """A register that cannot be opened, or is of another version."""


class TrustListError(UnavailableError):
    """A trusted list that has expired, is closed, or is not signed by an operator who is known; it is kept out."""


class RefusedError(EdocsError):
    """Refused before acting: nothing was written."""

    exit_code = 6


class CancelledError(RefusedError):
    """The person declined to sign, on the phone or on the service's page."""


class SecretError(RefusedError):
    """A passphrase or PIN that is wrong, or not to be had. Its text never contains the secret."""


class CertificateRefusedError(RefusedError):
    """A signer's certificate that is expired, not yet valid, for another use, weak or revoked."""


class FieldError(RefusedError):
    """A field that is signed already, missing, outside the page, or whose anchor text is not found."""


class PermissionRefusedError(RefusedError):
    """The document's own DocMDP or FieldMDP forbids the change."""


class StateRefusedError(RefusedError):
    """A stored signing state of another version, document or certificate, or one that has expired."""


class SignatureValueError(RefusedError):
    """A signer returned a value that its certificate does not verify over the prepared bytes."""


class StampError(RefusedError):
    """An image or text that cannot be placed as the decree wants it."""


class NoFontError(RefusedError):
    """No font with Vietnamese letters is installed."""


class StateSecretError(RefusedError):
    """A document that is a state secret may not be exchanged (Decision 28/2018, article 1.2)."""


class DuplicateError(RefusedError):
    """The number is taken in this book and year."""


class OutputError(EdocsError):
    """An output that cannot be written; what stood there before is whole."""

    exit_code = 7
