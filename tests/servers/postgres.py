"""A PostgreSQL server of our own on the loopback interface, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

_USER = "postgres"


def find_programs() -> Path | None:
    """The folder of initdb and postgres, which Debian keeps off the PATH."""
    if path := shutil.which("initdb"):
        return Path(path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


@dataclass
class PostgresServer:
    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self, name: str = "") -> str:
        """The address of an empty database, without a password."""
        name = name or f"so_{next(self._numbers)}"
        self.run("postgres", f'CREATE DATABASE "{name}"')
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{name}"

    def run(self, database: str, statement: str) -> None:
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user={_USER} dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgres_server(programs: Path, *, is_durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server, and end it. PostgreSQL refuses to run as root: there, it runs as its own user.

    Args:
        is_durable: Wait for the disk at each commit, as an office's server does; tests need not.
    """
    folder = Path(tempfile.mkdtemp(prefix="edocs-pg-"))
    prefix: list[str] = []
    if os.name == "posix" and os.geteuid() == 0:
        shutil.chown(folder, _USER)
        prefix = ["runuser", "-u", _USER, "--"]
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    arguments = ["-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        subprocess.run([*prefix, str(programs / "initdb"), *arguments], check=True, cwd=folder, **quiet)  # type: ignore[call-overload]
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync={'on' if is_durable else 'off'}"
        options += " -c max_connections=60 -c lc_messages=C"
        start = ["-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"]
        subprocess.run([*prefix, str(programs / "pg_ctl"), *start], check=True, cwd=folder, **quiet)  # type: ignore[call-overload]
        yield PostgresServer(port=port)
    finally:
        stop = ["-D", str(data), "-m", "immediate", "-w", "stop"]
        subprocess.run([*prefix, str(programs / "pg_ctl"), *stop], check=False, cwd="/", **quiet)  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)
