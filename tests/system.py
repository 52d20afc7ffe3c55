"""Install what the tests and the demo want from the system: fonts, and witnesses that judge our files independently.

With apt and the right to use it, missing packages are installed; otherwise they are named and the run goes on: tests
that need one skip with that reason, or fail where ``CI`` is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "pdfsig": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "qpdf": "qpdf",
    "chromium": "chromium",
    "softhsm2-util": "softhsm2",
    "xmlsec1": "xmlsec1",
}
FONT, FONT_PACKAGE = "LiberationSerif-Regular.ttf", "fonts-liberation2"


def missing() -> list[str]:
    """Debian's names of the packages that are not there."""
    packages = {package for program, package in PROGRAMS.items() if shutil.which(program) is None}
    if shutil.which("initdb") is None and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        packages.add("postgresql")  # its programs are kept off the PATH
    if not any(Path("/usr/share/fonts").rglob(FONT)):
        packages.add(FONT_PACKAGE)
    return sorted(packages)


def main() -> int:
    """Install or name what is missing; never an error of its own."""
    if not sys.platform.startswith("linux"):
        return 0
    packages = missing()
    if not packages:
        return 0
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not prefix or shutil.which("sudo")):
        print(f"installing {' '.join(packages)} …", file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            command = [*prefix, "apt-get", *arguments]
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    if still := missing():
        print(f"not installed: {' '.join(still)}. On Debian or Ubuntu: apt install {' '.join(still)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
