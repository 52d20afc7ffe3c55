"""Where the PKCS#11 libraries of tokens are installed, known by their names.

Thư viện PKCS#11 của thiết bị lưu khóa. Nothing is loaded here: loading a library may ask for a PIN.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["find_modules", "module_folders"]

_TOKEN = re.compile(
    r"(pkcs-?11|_p11|csp11|softhsm2|etoken|cryptoki)|^(viettel-ca|vnpt-?ca|bkavca|fpt-?ca|fptca|nca_v|vina-ca|ca2_|gca)",
    re.IGNORECASE,
)
_NOT_TOKEN = re.compile(r"p11-kit|^libp11|pkcs11-spy|gnome-keyring|_s\.dll$|^(msvcp|vcamp|vcomp)", re.IGNORECASE)
_LIBRARY = re.compile(r"\.(dll|dylib|so(\.\d+)*)$", re.IGNORECASE)


def find_modules(folders: Iterable[Path]) -> Iterator[Path]:
    """Libraries in ``folders`` whose names are those of token drivers, in order."""
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - System32 holds thousands of names
        except OSError:
            continue
        for name in names:
            if _LIBRARY.search(name) and _TOKEN.search(name) and not _NOT_TOKEN.search(name):
                yield folder / name


def module_folders() -> list[Path]:
    """The folders in which drivers of tokens are installed on this system."""
    if sys.platform == "win32":
        root = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"))
        programs = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"))
        own = [programs / "OpenSC Project" / "OpenSC" / "pkcs11", Path(r"C:\SoftHSM2\lib")]
        return [root / "System32", root / "SysWOW64", *own]
    tops = [
        Path(top) for top in ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib", "/Library/OpenSC/lib")
    ]
    machine = f"{platform.machine()}-linux-gnu"
    places = [place for top in tops for place in (top, top / machine)]
    return [folder for place in places for folder in (place, place / "pkcs11", place / "softhsm")]
