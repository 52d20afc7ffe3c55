"""For the tests of those who use edocs: a PKI of their own. Never trust what it makes."""

from edocs.testing.pki import PASSPHRASE, Identity, Pki, make_pki

__all__ = [
    "PASSPHRASE",
    "Identity",
    "Pki",
    "make_pki",
]
