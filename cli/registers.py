"""``--register``: which register a command reads or writes, a file or a PostgreSQL database.

Sổ đăng ký trên dòng lệnh.
"""

from __future__ import annotations

from pathlib import Path

import click

from edocs.connect import open_register
from edocs.model import Agency
from edocs.model.directory import named_in
from edocs.registry import Registry

from .console import Console

__all__ = ["REGISTER_OPTION", "is_there", "known_agencies", "open_registry", "register_files"]

REGISTER_OPTION = click.option(
    "--register",
    "register_file",
    required=True,
    metavar="FILE|postgresql://…",
    help="The register: a file, or a PostgreSQL database.",
)


def open_registry(console: Console, where: str, *, read_only: bool = False) -> Registry:
    """The register at ``where``; what is special about how it is opened is said.

    Raises:
        EdocsError: As :func:`edocs.connect.open_register`.
    """
    store = open_register(where, console.ask_secret, read_only=read_only)
    for notice in store.notices:
        console.tell(notice.text(console.lang))
    return Registry(store)


def known_agencies(registry: Registry) -> dict[str, Agency]:
    """The agencies that it takes by identifier alone: those of its directory, and those that it has documents of.

    Cơ quan đã biết. Where both name one, it is called as in its documents.
    """
    directory = registry.directory()
    return {**(named_in(directory) if directory is not None else {}), **registry.agencies()}


def is_there(where: str) -> bool:
    """Whether a file of that name stands there; of a database that is found out when it is opened."""
    return "://" in where or Path(where).exists()


def register_files(where: str) -> tuple[Path, ...]:
    """The files that ``where`` is, which must not be an output."""
    return () if "://" in where else (Path(where),)
