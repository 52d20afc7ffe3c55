"""Sign, verify, exchange and count the official documents of Vietnamese agencies.

Ký số, xác thực, trao đổi và thống kê văn bản điện tử. The names below are imported on first use, so that
``import edocs`` costs next to nothing; a module such as :mod:`edocs.sign` is imported as usual.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from edocs._version import __version__

if TYPE_CHECKING:
    from edocs.audit import audit_pdfs
    from edocs.batch import sign_pdfs
    from edocs.connect import open_engine, open_revocation, open_signer, open_timestamper
    from edocs.errors import EdocsError
    from edocs.exchange import inspect_message, pack, pack_file, unpack, unpacking
    from edocs.model import (
        Box,
        DocumentCode,
        Level,
        Limits,
        MessageLimits,
        Policy,
        Reservation,
        Role,
        SignatureSpec,
        Stamp,
        TrustStore,
        Verdict,
        VerificationOptions,
        VerificationReport,
    )
    from edocs.office import arrive_pdf, open_file, open_message, register_pdf
    from edocs.ports import Evidence
    from edocs.registry import Registry
    from edocs.sign import (
        PreparedSignature,
        appendix_pdf,
        approve_pdf,
        copy_pdf,
        extend_pdf,
        finish_pdf,
        issue_pdf,
        prepare_pdf,
        preview_pdf,
        sign_pdf,
    )
    from edocs.supervised import SupervisedVerifier
    from edocs.verify import load_trust, verify_pdf

__all__ = [
    "Box",
    "DocumentCode",
    "EdocsError",
    "Evidence",
    "Level",
    "Limits",
    "MessageLimits",
    "Policy",
    "PreparedSignature",
    "Registry",
    "Reservation",
    "Role",
    "SignatureSpec",
    "Stamp",
    "SupervisedVerifier",
    "TrustStore",
    "Verdict",
    "VerificationOptions",
    "VerificationReport",
    "__version__",
    "appendix_pdf",
    "approve_pdf",
    "arrive_pdf",
    "audit_pdfs",
    "copy_pdf",
    "extend_pdf",
    "finish_pdf",
    "inspect_message",
    "issue_pdf",
    "load_trust",
    "open_engine",
    "open_file",
    "open_message",
    "open_revocation",
    "open_signer",
    "open_timestamper",
    "pack",
    "pack_file",
    "prepare_pdf",
    "preview_pdf",
    "register_pdf",
    "sign_pdf",
    "sign_pdfs",
    "unpack",
    "unpacking",
    "verify_pdf",
]

_MODULES = {
    "edocs.audit": ("audit_pdfs",),
    "edocs.batch": ("sign_pdfs",),
    "edocs.connect": ("open_engine", "open_revocation", "open_signer", "open_timestamper"),
    "edocs.errors": ("EdocsError",),
    "edocs.exchange": ("inspect_message", "pack", "pack_file", "unpack", "unpacking"),
    "edocs.office": ("arrive_pdf", "open_file", "open_message", "register_pdf"),
    "edocs.ports": ("Evidence",),
    "edocs.registry": ("Registry",),
    "edocs.sign": (
        "PreparedSignature",
        "appendix_pdf",
        "approve_pdf",
        "copy_pdf",
        "extend_pdf",
        "finish_pdf",
        "issue_pdf",
        "prepare_pdf",
        "preview_pdf",
        "sign_pdf",
    ),
    "edocs.supervised": ("SupervisedVerifier",),
    "edocs.verify": ("load_trust", "verify_pdf"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'edocs' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME.get(name, "edocs.model")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
