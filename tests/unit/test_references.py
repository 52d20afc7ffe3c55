"""Which object leads to which is found in the bytes as parsing finds it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.references import References
from edocs._pdf.states import History
from edocs.model import Role, SignatureSpec
from edocs.ports import Signer
from edocs.sign import sign_pdf
from edocs.testing import sample_pdf


def targets(value: object) -> Iterator[int]:
    if isinstance(value, generic.IndirectObject):
        yield value.idnum
    elif isinstance(value, dict):
        for key in value:
            yield from targets(value.raw_get(key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from targets(value.raw_get(index))


@pytest.fixture(scope="module")
def signed(open_key: Callable[[str], Signer]) -> bytes:
    document = sample_pdf(20_000)
    for name in ("leader", "seal"):
        document = sign_pdf(document, open_key(name), SignatureSpec(role=Role.PERSONAL))
    return document


def test_every_reference_of_a_signed_file_is_found(signed: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    history = History.of(signed, reader)
    numbers = frozenset(history.versions)
    sources: dict[int, set[int]] = {number: {number} for number in numbers}
    for number, versions in history.versions.items():
        for version in versions:
            for target in targets(history.read(number, version, history.state(version.revision))):
                sources[target].add(number)

    for number in numbers:
        found = References(history).leading_to({number}, numbers - {number})
        assert sources[number] <= found
