"""What a register holds that no edocs wrote: damage of the register, and no defect of whoever reads it (sổ bị hỏng)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edocs.errors import StoreError, UsageError

__all__ = ["sound"]


@contextmanager
def sound() -> Iterator[None]:
    """Make sense of what is stored, in the block, or say that it is damaged.

    Raises:
        StoreError: It makes none.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError) as exc:
        raise StoreError("the register is damaged", hint="edocs fsck says what is wrong with it") from exc
