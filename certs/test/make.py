"""Regenerate the committed test PKI, or compare it with what its keys give: ``make.py [--check]``.

Certificates, CRLs and keys are compared byte for byte, PKCS#12 by content (key, certificate, name, chain).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edocs.errors import UnreadableError
from edocs.testing.pki import make_pki, same_pkcs12

HERE = Path(__file__).resolve().parent
OWN = {".gitattributes", "README.md", "make.py"}


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 made or same, 1 different."""
    parser = argparse.ArgumentParser(description="Regenerate certs/test from its keys.")
    parser.add_argument("--check", action="store_true", help="change nothing; name what differs, and exit 1 if any")
    parser.add_argument("--folder", type=Path, default=HERE, help="the PKI folder (default: this one)")
    given = parser.parse_args(arguments)
    if not given.check:
        make_pki(given.folder)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        make_pki(fresh, keys=given.folder / "keys")
        found = list(differences(given.folder, fresh))
    for line in found:
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


def differences(committed: Path, fresh: Path) -> Iterator[str]:
    """One line for each file that is missing, unexpected or of other content in ``committed``."""
    there, wanted = _files(committed), _files(fresh)
    for name in sorted(there | wanted):
        if name not in there:
            yield f"missing: {name}"
        elif name not in wanted:
            yield f"unexpected: {name}"
        elif not _is_same(committed / name, fresh / name):
            yield f"different: {name}"


def _files(folder: Path) -> set[str]:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in names - OWN if "__pycache__" not in name}


def _is_same(one: Path, other: Path) -> bool:
    if one.read_bytes() == other.read_bytes():
        return True
    try:
        return one.suffix == ".p12" and same_pkcs12(one.read_bytes(), other.read_bytes())
    except UnreadableError:
        return False


if __name__ == "__main__":
    sys.exit(main())
