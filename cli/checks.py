"""What ``edocs doctor`` looks at on this machine: libraries, fonts, tokens, witnesses, clock, folders.

Nothing is opened, written or sent but for a temporary file in each folder, and a time query where one is asked for. A
token's library is found by its name, not loaded: loading one may ask for a PIN.
"""

from __future__ import annotations

import platform
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import click

from edocs._pdf.fonts import FontStyle, find_font
from edocs._version import __version__
from edocs.errors import NoFontError
from edocs.signers.pkcs11_modules import find_modules, module_folders


class Status(StrEnum):
    """How one check ended."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor."""

    area: str
    name: str
    status: Status
    found: str = ""
    """Version, path or measure: the same in every language."""
    note: str = ""
    """English template: what is the matter."""
    hint: str = ""
    """English template: how to get it."""
    params: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False
    """Whether edocs cannot do its main job without."""
    exit_code: int = 0
    """What the command ends with because this is missing."""


_NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)  # no release of edocs is older: a clock before it is wrong
_PYTHON = (3, 11)
_CLOCK_TOLERANCE_S = 5.0
_NTP_TO_UNIX_S = 2_208_988_800  # from 1900-01-01 to 1970-01-01 (RFC 5905, figure 4)
_PROGRAM_TIMEOUT_S = 5

# What each witness is for, how its version is asked for, and what it is called where it is installed from.
_WITNESSES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("pdfsig",), "-v", "apt install poppler-utils; brew install poppler"),
    (("qpdf",), "--version", "apt install qpdf; brew install qpdf; winget install qpdf"),
    (("xmlsec1",), "--version", "apt install xmlsec1; brew install libxmlsec1"),
    (("chromium", "chromium-browser", "google-chrome"), "--version", "apt install chromium"),
)


def examine(ntp: str | None = None) -> list[Check]:
    """Every check, in the order in which it is shown."""
    with ThreadPoolExecutor() as threads:  # other programs and the time server are waited for side by side
        programs = [threads.submit(witness, names, option, hint) for names, option, hint in _WITNESSES]
        against = threads.submit(compare_clock, ntp) if ntp else None
        checks = [*programs_own(), *libraries(_requirements()), *fonts(), *tokens(module_folders())]
        checks.extend(program.result() for program in programs)
        checks.extend(clock(datetime.now(UTC)))
        checks.append(against.result() if against else _CLOCK_NOT_COMPARED)
    return [*checks, *folders()]


def programs_own() -> Iterator[Check]:
    """Python and edocs themselves."""
    python = platform.python_version()
    if sys.version_info >= _PYTHON:
        yield Check(area="program", name="python", status=Status.OK, found=f"{python} ({sys.executable})", needed=True)
    else:
        yield Check(
            area="program",
            name="python",
            status=Status.MISSING,
            found=python,
            needed=True,
            exit_code=5,
            hint="install Python 3.11",
        )
    yield Check(
        area="program", name="edocs", status=Status.OK, found=f"{__version__} ({platform.platform()})", needed=True
    )


def libraries(requirements: Iterable[str]) -> Iterator[Check]:
    """Each requirement (PEP 508) of edocs; those of an extra are optional."""
    for requirement in requirements:
        name, extra = _parse(requirement)
        try:
            yield Check(area="library", name=name, status=Status.OK, found=metadata.version(name), needed=not extra)
        except metadata.PackageNotFoundError:
            if extra:
                yield Check(
                    area="library",
                    name=name,
                    status=Status.WARNING,
                    note="not installed; only edocs[{extra}] needs it",
                    hint="pip install 'edocs[{extra}]'",
                    params={"extra": extra},
                )
            else:
                yield Check(
                    area="library",
                    name=name,
                    status=Status.MISSING,
                    note="not installed, and needed",
                    hint="pip install '{requirement}'",
                    params={"requirement": requirement},
                    needed=True,
                    exit_code=5,
                )


def _requirements() -> list[str]:
    try:
        every = metadata.requires("edocs") or []
    except metadata.PackageNotFoundError:  # run from a source tree
        every = []
    return sorted((line for line in every if _parse(line)[1] != "dev"), key=lambda line: (_parse(line)[1], line))


def _parse(requirement: str) -> tuple[str, str]:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    extra = re.search(r"""extra\s*==\s*["']([^"']+)""", requirement)
    return (name.group() if name else requirement), (extra.group(1) if extra else "")


def fonts() -> Iterator[Check]:
    """A Times-metric font with every Vietnamese letter, in the four styles of Decree 30."""
    for style in FontStyle:
        try:
            yield Check(area="font", name=style.value, status=Status.OK, found=str(find_font(style)), needed=True)
        except NoFontError as error:
            yield Check(
                area="font",
                name=style.value,
                status=Status.MISSING,
                note=error.template,
                hint=error.hint_template,
                params=error.params,
                needed=True,
                exit_code=error.exit_code,
            )


def tokens(places: Iterable[Path]) -> Iterator[Check]:
    """PKCS#11 libraries in ``places``, by their names."""
    found = False
    for path in find_modules(places):
        found = True
        yield Check(area="token", name="pkcs11", status=Status.OK, found=str(path))
    if not found:
        yield Check(
            area="token",
            name="pkcs11",
            status=Status.WARNING,
            note="no PKCS#11 library in the usual folders; keys in files work without",
            hint="install the driver that came with the token; without a token: apt install opensc softhsm2",
        )


def witness(names: tuple[str, ...], option: str, hint: str) -> Check:
    """Another program that gives a second opinion, with its version."""
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        note = "not found; edocs works without it"
        return Check(area="witness", name=names[0], status=Status.WARNING, note=note, hint=hint)
    try:
        done = subprocess.run(  # noqa: S603 - the path is what PATH says, the option is ours
            [path, option],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PROGRAM_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        note = "found, and does not tell its version: {path}"
        return Check(area="witness", name=names[0], status=Status.WARNING, note=note, params={"path": path}, hint=hint)
    version = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return Check(
        area="witness", name=names[0], status=Status.OK, found=f"{version.group() if version else '?'} ({path})"
    )


def clock(now: datetime) -> Iterator[Check]:
    """The clock's reading and zone. A wrong one makes certificates look expired, or signatures claim a false time."""
    local = now.astimezone()
    if now < _NOT_BEFORE:
        yield Check(
            area="clock",
            name="utc",
            status=Status.WARNING,
            found=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            note="the clock is older than this release of edocs",
            hint="set the clock before signing",
        )
    else:
        yield Check(area="clock", name="utc", status=Status.OK, found=f"{now:%Y-%m-%dT%H:%M:%SZ}")
    if local.utcoffset() == _VIETNAM:
        yield Check(area="clock", name="zone", status=Status.OK, found=f"{local:%z}")
    else:
        yield Check(
            area="clock",
            name="zone",
            status=Status.OK,
            found=f"{local:%z}",
            note="not Vietnam's time; documents are written in +0700 all the same",
        )


_VIETNAM = datetime.fromisoformat("2000-01-01T00:00:00+07:00").utcoffset()
_CLOCK_NOT_COMPARED = Check(
    area="clock",
    name="compared",
    status=Status.WARNING,
    note="not compared with a time server",
    hint="give one: edocs doctor --ntp HOST",
)


def compare_clock(server: str, timeout_s: float = 1.0) -> Check:
    """How far this clock is from that of an NTP server, within half the round trip.

    Source: RFC 5905, section 14 (SNTP).
    """
    host, _, port = server.partition(":")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
            query.settimeout(timeout_s)
            query.connect((host, int(port or 123)))
            sent = datetime.now(UTC).timestamp()
            query.send(b"\x23" + bytes(47))  # version 4, client
            answer = query.recv(512)
            received = datetime.now(UTC).timestamp()
        seconds, fraction = struct.unpack_from("!II", answer, 40)  # transmit timestamp
    except (OSError, ValueError, OverflowError, struct.error):
        return Check(
            area="clock",
            name="compared",
            status=Status.WARNING,
            note="not compared: the time server {server} does not answer",
            hint="give one that this network lets through: edocs doctor --ntp HOST",
            params={"server": server},
        )
    offset_s = (sent + received) / 2 - (seconds - _NTP_TO_UNIX_S + fraction / 2**32)
    if abs(offset_s) <= _CLOCK_TOLERANCE_S:
        return Check(area="clock", name="compared", status=Status.OK, found=f"{offset_s:+.3f} s ({server})")
    return Check(
        area="clock",
        name="compared",
        status=Status.WARNING,
        found=f"{offset_s:+.3f} s ({server})",
        note="the clock is wrong",
        hint="set the clock before signing",
    )


def folders() -> Iterator[Check]:
    """The folders that edocs may write to."""
    yield _writable("current", Path())
    yield _writable("temporary", Path(tempfile.gettempdir()))
    yield _writable("settings", Path(click.get_app_dir("edocs")))


def _writable(name: str, place: Path) -> Check:
    standing = next((folder for folder in (place, *place.parents) if folder.is_dir()), place)
    try:
        with tempfile.TemporaryFile(dir=standing):
            return Check(area="folder", name=name, status=Status.OK, found=str(place.absolute()))
    except OSError as exc:
        return Check(
            area="folder",
            name=name,
            status=Status.WARNING,
            found=str(place),
            note="cannot be written: {why}",
            params={"why": exc.strerror or str(exc)},
            hint="change to another folder, or give one with -o",
        )
