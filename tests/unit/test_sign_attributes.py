"""What our encoder has the key sign is byte for byte what pyHanko has it sign."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import cms
from pyhanko.sign import signers

from edocs._pades.cms import signed_attributes
from edocs.model import Role
from edocs.ports import Signer
from edocs.testing import Pki


@pytest.mark.parametrize("key", ["leader", "leader-p256", "seal-3072", "leader-public"])
def test_signed_attributes_are_those_of_pyhanko(pki: Pki, open_key: Callable[[str], Signer], key: str) -> None:
    theirs = signers.SimpleSigner.load_pkcs12_data(
        pki.p12(key).read_bytes(), other_certs=[], passphrase=pki.passphrase.encode()
    )
    imprint = hashlib.sha256(b"document").digest()

    attributes = asyncio.run(theirs.signed_attrs(imprint, "sha256", use_pades=True))

    assert signed_attributes(imprint, "sha256", open_key(key).certificate, Role.UNKNOWN) == attributes.dump()


@pytest.mark.parametrize("role", [Role.PERSONAL, Role.ORGANISATION])
def test_a_role_is_one_attribute_more(open_key: Callable[[str], Signer], role: Role) -> None:
    imprint = hashlib.sha256(b"document").digest()
    certificate = open_key("leader").certificate

    plain, stated = (
        [item.dump() for item in cms.CMSAttributes.load(signed_attributes(imprint, "sha256", certificate, given))]
        for given in (Role.UNKNOWN, role)
    )

    assert set(plain) < set(stated)
    assert len(stated) == len(plain) + 1
