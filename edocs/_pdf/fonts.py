"""Finding a serif with the metrics of Times and all Vietnamese letters on this machine.

Phông chữ: Decree 30, annex I.I.4 wants Times New Roman (TCVN 6909:2001, Unicode). Liberation Serif and Tinos have its
metrics and a free licence. Nothing is bundled: the font comes from the system or from ``EDOCS_FONTS``.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from edocs.errors import NoFontError

__all__ = ["VIETNAMESE", "FontStyle", "find_font"]

VIETNAMESE = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA))) + "–—“”…"
"""Every letter that Vietnamese adds to ASCII, precomposed, and the punctuation of official documents."""


class FontStyle(StrEnum):
    """The four styles that Decree 30 uses."""

    REGULAR = "regular"
    BOLD = "bold"
    ITALIC = "italic"
    BOLD_ITALIC = "bold-italic"


# In order of preference; the metrics of all of these are those of Times.
_NAMES: dict[FontStyle, tuple[str, ...]] = {
    FontStyle.REGULAR: ("LiberationSerif-Regular.ttf", "Tinos-Regular.ttf", "times.ttf", "Times New Roman.ttf"),
    FontStyle.BOLD: ("LiberationSerif-Bold.ttf", "Tinos-Bold.ttf", "timesbd.ttf", "Times New Roman Bold.ttf"),
    FontStyle.ITALIC: ("LiberationSerif-Italic.ttf", "Tinos-Italic.ttf", "timesi.ttf", "Times New Roman Italic.ttf"),
    FontStyle.BOLD_ITALIC: (
        "LiberationSerif-BoldItalic.ttf",
        "Tinos-BoldItalic.ttf",
        "timesbi.ttf",
        "Times New Roman Bold Italic.ttf",
    ),
}


@cache
def find_font(style: FontStyle = FontStyle.REGULAR) -> Path:
    """The TrueType file for ``style``, checked to have every Vietnamese letter.

    Raises:
        NoFontError: There is none; the hint says how to get one.
    """
    names = _NAMES[style]
    found = {path.name: path for folder in _folders() if folder.is_dir() for path in sorted(folder.rglob("*.ttf"))}
    for name in names:
        if name in found and _has_vietnamese(found[name]):
            return found[name]
    raise NoFontError(
        "no Times-metric font with Vietnamese letters is installed ({style})",
        hint="Debian, Ubuntu: apt install fonts-liberation2; Fedora: dnf install liberation-serif-fonts; "
        "Windows and macOS: Times New Roman; or set EDOCS_FONTS to a folder with LiberationSerif-*.ttf",
        style=style.value,
    )


def _folders() -> list[Path]:
    own = os.environ.get("EDOCS_FONTS")
    if own is not None:  # set: looked at alone, so that a run can be made independent of the machine
        return [Path(own)]
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
    home = Path.home()
    if sys.platform == "darwin":
        return [Path("/Library/Fonts"), Path("/System/Library/Fonts/Supplemental"), home / "Library/Fonts"]
    return [home / ".local/share/fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


def _has_vietnamese(path: Path) -> bool:
    try:
        with TTFont(path, lazy=True) as font:
            known = font.getBestCmap() or {}
    except (OSError, TTLibError):
        return False
    return all(ord(letter) in known for letter in VIETNAMESE)
