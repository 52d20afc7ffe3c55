"""A register on a network share, and on media that cannot be written: it works as far as it can, and says so."""

from __future__ import annotations

import os
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from register_samples import NOW, issued, make_document

from edocs.errors import OutputError, StoreError
from edocs.registry import Registry
from edocs.stores.media import is_network_share

Partition = namedtuple("Partition", "device mountpoint fstype opts")


@pytest.fixture
def mount(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the system say what is mounted where."""

    def say(*partitions: tuple[str, str, str]) -> None:
        found = [Partition("x", *one) for one in partitions]
        monkeypatch.setattr(psutil, "disk_partitions", lambda all=False: found)

    return say


def journal_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("nfs4", "rw", True),
        ("cifs", "rw", True),
        ("fuse.sshfs", "rw", True),
        ("NTFS", "rw,remote", True),
        ("ext4", "rw", False),
        ("fuseblk", "rw", False),
    ],
)
def test_network_share_is_known_by_its_file_system(
    kind: str, options: str, expected: bool, mount: Callable[..., None], tmp_path: Path
) -> None:
    mount(("/", "ext4", "rw"), (str(tmp_path), kind, options))

    assert is_network_share(tmp_path / "sổ.db") is expected


def test_share_of_windows_is_known_by_its_name(mount: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    mount(("C:\\", "NTFS", "rw,fixed"))

    class Share:
        parent = r"\\máy-chủ\van-thu"

        def absolute(self) -> Share:
            return self

    assert is_network_share(Share())  # type: ignore[arg-type]  # no such path can be made here


def test_system_that_says_nothing_is_taken_as_local(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(all: bool = False) -> None:
        raise OSError("no /proc")

    monkeypatch.setattr(psutil, "disk_partitions", fail)

    assert not is_network_share(tmp_path / "sổ.db")


def test_register_on_a_share_has_no_write_ahead_log_and_says_so(mount: Callable[..., None], tmp_path: Path) -> None:
    mount((str(tmp_path), "nfs4", "rw"))
    path = tmp_path / "sổ.db"

    with Registry.open(path) as registry:
        registry.register(make_document(1), who="x", now=NOW)
        notices = [notice.text() for notice in registry.store.notices]

    assert journal_of(path) == "delete"
    assert ["network share" in text for text in notices] == [True]


def test_register_that_moves_to_a_share_gives_up_its_write_ahead_log(
    mount: Callable[..., None], tmp_path: Path
) -> None:
    path = tmp_path / "sổ.db"
    with Registry.open(path) as registry:
        registry.register(make_document(1), issued(make_document(1)), who="x", now=NOW)
        assert registry.store.notices == ()
    assert journal_of(path) == "wal"
    mount((str(tmp_path), "cifs", "rw"))

    with Registry.open(path) as registry:
        registry.register(make_document(2), who="x", now=NOW)

    assert journal_of(path) == "delete"


@pytest.fixture
def fixed(tmp_path: Path) -> Path:
    """A register in a folder in which nothing can be written, not even by root."""
    folder = tmp_path / "đĩa"
    folder.mkdir()
    with Registry.open(folder / "sổ.db") as registry:
        registry.register(make_document(1), issued(make_document(1)), who="x", now=NOW)
    return folder / "sổ.db"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_register_that_nobody_can_write_is_read_as_it_is(fixed: Path) -> None:
    fixed.chmod(0o444)
    fixed.parent.chmod(0o555)
    try:
        with Registry.open(fixed, read_only=True) as registry:
            [tally] = registry.tally()
            notices = [notice.text() for notice in registry.store.notices]
        with pytest.raises((OutputError, StoreError)), Registry.open(fixed) as registry:
            registry.register(make_document(2), who="x", now=NOW)
    finally:
        fixed.parent.chmod(0o755)

    assert (tally.counts.both.valid, ["cannot be written" in text for text in notices]) == (1, [True])


def test_register_opened_as_it_is_reads_and_says_so(fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As above, for root: the file system answers as a CD would."""
    opened = Path.open

    def refuse(self: Path, mode: str = "r", *arguments: object, **options: object) -> object:
        if self == fixed and "+" in mode:
            raise PermissionError(30, "Read-only file system")
        return opened(self, mode, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)

    with Registry.open(fixed, read_only=True) as registry:
        [tally] = registry.tally()
        notices = [notice.text() for notice in registry.store.notices]

    assert (tally.counts.documents, ["cannot be written" in text for text in notices]) == (1, [True])
    assert [path.name for path in fixed.parent.iterdir()] == [fixed.name]


def test_writing_where_nothing_can_be_written_is_an_output_error(fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says of a read-only disk that it cannot open the file: so was found on one."""
    opened, connect = Path.open, sqlite3.connect

    def refuse(self: Path, mode: str = "r", *arguments: object, **options: object) -> object:
        if self == fixed and "+" in mode:
            raise OSError(30, "Read-only file system")
        return opened(self, mode, *arguments, **options)  # type: ignore[call-overload]

    def fail(address: str, *arguments: object, **options: object) -> object:
        if "immutable" in address:
            return connect(address, *arguments, **options)  # type: ignore[call-overload]
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(sqlite3, "connect", fail)

    with pytest.raises(OutputError), Registry.open(fixed) as registry:
        registry.register(make_document(2), who="x", now=NOW)
