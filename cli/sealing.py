"""``--signer --signer-role --level --tsa`` of the commands that make an edXML message: its signature.

Ký số gói tin trên dòng lệnh. Without ``--signer`` a message stays unsigned, as most are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from edocs.connect import SignerRecipe
from edocs.errors import UsageError
from edocs.model import EnvelopeSpec, Level, Role
from edocs.sealing import Seal, prepare_seal

from .console import PATH, Console
from .evidence import EVIDENCE_OPTIONS, read_evidence

DETACHED_SUFFIX = ".xades.xml"
F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--signer", metavar="URI", help="Sign the message with this key: pkcs12:PATH, X.p12, pkcs11:…, as for sign."
    ),
    click.option(
        "--detached",
        is_flag=True,
        help="Leave the message as it is, and write its signature beside it: OUT.edxml.xades.xml.",
    ),
    click.option(
        "--role",
        type=click.Choice(["personal", "organisation"]),
        help="In whose name the message is signed, if the certificate does not say.",
    ),
    click.option(
        "--level",
        type=click.Choice([Level.B_B.value, Level.B_T.value]),
        default=Level.B_B.value,
        show_default=True,
        help="XAdES level of the message's signature.",
    ),
    click.option(
        "--trust", multiple=True, type=PATH, metavar="PATH", help="CRLs to ask before signing, and CA certificates."
    ),
    *EVIDENCE_OPTIONS,
)


def seal_options(function: F) -> F:
    """The options that sign a message."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def open_seal(console: Console, options: dict[str, Any]) -> Seal | None:
    """What signs a message; None without ``--signer``.

    Raises:
        UsageError: An option that needs ``--signer``, or less than ``--level`` needs.
        EdocsError: The key cannot be opened.
    """
    if options["signer"] is None:
        if options["tsa"] or options["role"] or options["detached"] or options["level"] != Level.B_B.value:
            raise UsageError("there is no key to sign the message with", hint="--signer URI")
        return None
    evidence = read_evidence(console, options)
    signer = SignerRecipe(options["signer"], console.ask_secret)(
        lambda code: console.say("confirm on the phone only if it shows {code}", code=code)
    )
    spec = EnvelopeSpec(role=Role(options["role"] or Role.UNKNOWN.value), level=Level(options["level"]))
    return prepare_seal(signer, spec, evidence=evidence, is_detached=options["detached"])


def detached_path(envelope: Path) -> Path:
    """Where the signature beside ``envelope`` stands."""
    return envelope.with_name(envelope.name + DETACHED_SUFFIX)
