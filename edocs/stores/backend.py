"""What differs between the databases that hold a register: locking, bulk inserts, the words of errors."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table

from edocs.model.verdict import Reason

__all__ = ["Backend", "Rows"]

Rows = Sequence[tuple[Any, ...]]


class Backend(Protocol):
    """One database, opened."""

    engine: Engine
    mark: str
    """What stands for a parameter in SQL text."""

    @property
    def notices(self) -> tuple[Reason, ...]:
        """What is special about how the register is opened; most often nothing."""
        ...

    def translated(self) -> AbstractContextManager[None]:
        """Every error of the database in the block becomes a ``StoreError`` or an ``OutputError``."""
        ...

    def lock(self, connection: Connection) -> None:
        """Be the only writer until the transaction ends."""
        ...

    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Put in many rows, each with a value for every column of ``table``, in their order."""
        ...
