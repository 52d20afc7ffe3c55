"""Checkpoints of a register's log as commands take them: files of ``edocs prove``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from edocs._files import read_file
from edocs.errors import UsageError, VerificationError
from edocs.model import Reason
from edocs.model.checkpoint import Checkpoint, read_proof
from edocs.registry import Registry

__all__ = ["read_checkpoint", "require_held"]


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file.

    Raises:
        UnreadableError: It is none of edocs.
        UsageError: It is a proof.
    """
    found = read_proof(read_file(path))
    if not isinstance(found, Checkpoint):
        raise UsageError("not a checkpoint: {path}", hint="edocs prove makes one", path=path)
    return found


def require_held(registry: Registry, checkpoint: Checkpoint, lang: str) -> None:
    """Go on only where the log still is what ``checkpoint`` says that it was.

    Raises:
        VerificationError: It was cut, edited or exchanged since.
    """
    # Imported on use: who only counts judges no signature.
    faults: Callable[..., tuple[Reason, ...]] = importlib.import_module("edocs.proving").checkpoint_faults
    for fault in faults(registry.store, [checkpoint]):
        why = fault.text(lang)
        raise VerificationError("the log is not that of the checkpoint: {why}", hint="edocs fsck --checkpoint", why=why)
