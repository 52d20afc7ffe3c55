"""Made-up pictures for samples: a hand-written signature in blue, a round seal in red; both PNG, transparent.

Hình ảnh chữ ký và hình ảnh dấu: Decree 30/2020/NĐ-CP, annex I.II.7d and 8a. They imitate nobody: the strokes come from
a hash of the name, and the seal has a star where a real one has the national emblem.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from edocs._pdf.fonts import FontStyle, find_font

__all__ = ["sample_seal_png", "sample_signature_png"]

_Point = tuple[float, float]

SEAL_MM = 36.0
"""The diameter of the seal of a state agency."""

_DPI = 300
_FINER = 4  # drawn this many times larger, then reduced: Pillow does not smooth edges
_BLUE = (22, 52, 148)
_RED = (206, 20, 28)
_SIGNATURE_PX = (1000, 480)


@cache
def sample_signature_png(name: str) -> bytes:
    """Draw what looks like the hand-written signature of ``name``, 1000 by 480 pixels.

    Hình ảnh chữ ký: blue, transparent. The same name gives the same picture.

    Source: Decree 30/2020/NĐ-CP, annex I, part I, II.7d.
    """
    random = Random(hashlib.sha256(unicodedata.normalize("NFC", name).encode()).digest())  # noqa: S311 (a picture)
    width, height = (side * 2 for side in _SIGNATURE_PX)
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    for stroke in _strokes(random, len(name.split())):
        _ink(pen, _smooth(stroke), random)
    box = mask.getbbox() or (0, 0, width, height)
    written = mask.crop(box)
    scale = min(width * 0.96 / written.width, height * 0.96 / written.height)
    written = written.resize((round(written.width * scale), round(written.height * scale)), Image.Resampling.BICUBIC)
    mask = Image.new("L", (width, height), 0)
    mask.paste(written, ((width - written.width) // 2, (height - written.height) // 2))
    return _png(mask.resize(_SIGNATURE_PX, Image.Resampling.LANCZOS), _BLUE)


@cache
def sample_seal_png(agency: str, parent: str = "") -> bytes:
    """Draw the round seal of ``agency``, 36 mm wide at 300 dpi.

    Hình ảnh dấu: red, transparent; ``parent`` above, ``agency`` below, a star in the middle. Without ``parent`` the
    agency's name runs above and a small star stands below.

    Raises:
        NoFontError: No Times-metric font with Vietnamese letters is installed.

    Source: Decree 30/2020/NĐ-CP, annex I, part I, II.8a.
    """
    size = round(SEAL_MM / 25.4 * _DPI)
    side = size * _FINER
    mask = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(mask)
    middle, unit = side / 2, side / 36  # one unit is a millimetre
    for radius, thick in ((17.9, 0.8), (16.7, 0.25), (11.0, 0.3)):
        pen.ellipse(_square(middle, radius * unit), outline=255, width=round(thick * unit))
    if parent:
        share = len(parent) / (len(parent) + len(agency))
        above = 310 * min(0.62, max(0.5, share))
        _ring_text(mask, parent.upper(), 13.8 * unit, above, is_above=True)
        _ring_text(mask, agency.upper(), 13.8 * unit, 310 - above, is_above=False)
        turn = math.radians(above / 2 + 12.5)
        for sign in (-1, 1):
            place = (middle + sign * 13.8 * unit * math.sin(turn), middle - 13.8 * unit * math.cos(turn))
            _star(pen, place, 1.1 * unit)
    else:
        _ring_text(mask, agency.upper(), 13.8 * unit, 290, is_above=True)
        _star(pen, (middle, middle + 13.8 * unit), 1.3 * unit)
    _star(pen, (middle, middle), 7.0 * unit)
    return _png(mask.resize((size, size), Image.Resampling.LANCZOS), _RED)


def _png(mask: Image.Image, colour: tuple[int, int, int]) -> bytes:
    picture = Image.new("RGBA", mask.size, (*colour, 0))
    picture.putalpha(mask.point(lambda level: round(level / 17) * 17))  # 16 levels: a third of the bytes
    stream = BytesIO()
    picture.save(stream, "PNG", dpi=(_DPI, _DPI), optimize=True)
    return stream.getvalue()


def _strokes(random: Random, words: int) -> Iterator[list[_Point]]:
    """A tall opening, a running hand that gets flatter, a cross stroke, and a swash under it all; all leaning."""
    lean = random.uniform(0.12, 0.42)
    for stroke in _upright_strokes(random, words):
        yield [(x - lean * y, y) for x, y in stroke]


def _upright_strokes(random: Random, words: int) -> Iterator[list[_Point]]:
    base, tall = 560.0, random.uniform(330, 450)
    yield (opening := random.choice((_open_bowl, _open_zigzag, _open_loop))(random, base, tall))
    x = opening[-1][0]
    running = [opening[-1]]
    parts = 3 + words + random.randrange(2)
    for index in range(parts):
        fade = 1 - 0.7 * index / parts
        high, step = random.uniform(80, 200) * fade, random.uniform(60, 125)
        kind = random.random()
        if kind < 0.35:  # a loop: up, back over itself, down
            high *= 1.7
            running += [(x + step * 0.75, base - high), (x + step * 0.45, base - high * 1.08)]
            running += [(x + step * 0.4, base - high * 0.3)]
        elif kind < 0.8:  # a sharp hump
            running += [(x + step * 0.5, base - high * 0.7), (x + step * 0.56, base - high * 0.62)]
        else:  # a tail below the line
            running += [(x + step * 0.6, base - high * 0.5), (x + step * 0.5, base + high * 0.9)]
            running += [(x + step * 0.2, base + high * 0.6)]
        running.append((x + step, base + random.uniform(-16, 22) * fade))
        x += step
    yield [*running, (x + 130, base - random.uniform(20, 80)), (x + 330, base - random.uniform(60, 170))]
    left = random.uniform(360, 480)
    right = left + random.uniform(260, 520)
    yield [(left, base - tall * 0.5), (left + 170, base - tall * 0.58), (right, base - tall * 0.66)]
    if random.random() < 0.75:
        low = base + random.uniform(70, 130)
        yield [
            (x + random.uniform(120, 260), base + random.uniform(-10, 30)),
            (x - 120, low + 10),
            (random.uniform(330, 460), low + random.uniform(20, 60)),
            (random.uniform(540, 660), low - random.uniform(15, 35)),
            (x + random.uniform(120, 340), low - random.uniform(0, 60)),
        ]


def _open_bowl(random: Random, base: float, tall: float) -> list[_Point]:
    return [
        (330 + random.uniform(60, 120), base - tall),
        (330 - random.uniform(40, 90), base - tall * 0.45),
        (330 - random.uniform(0, 50), base + random.uniform(20, 70)),
        (330 + random.uniform(90, 150), base - tall * 0.25),
        (330 + random.uniform(120, 190), base - tall * random.uniform(0.9, 1.15)),
        (330 + random.uniform(70, 120), base - tall * 0.3),
        (330 + random.uniform(150, 220), base + random.uniform(0, 30)),
    ]


def _open_zigzag(random: Random, base: float, tall: float) -> list[_Point]:
    return [
        (300, base - tall * random.uniform(0.2, 0.4)),
        (350, base - tall * random.uniform(0.9, 1.1)),
        (340, base + random.uniform(40, 110)),
        (352, base + random.uniform(20, 60)),
        (430, base - tall * 0.85),
        (450, base - tall * 0.8),
        (520, base + random.uniform(0, 20)),
        (540, base - 10),
        (600, base - tall * random.uniform(0.95, 1.2)),
        (630, base - tall * 0.9),
        (600, base - random.uniform(0, 20)),
    ]


def _open_loop(random: Random, base: float, tall: float) -> list[_Point]:
    return [
        (360, base - tall * 0.55),
        (420, base - tall * random.uniform(1.0, 1.15)),
        (560, base - tall * 0.8),
        (480, base - tall * 0.45),
        (340, base - tall * 0.4),
        (600, base - tall * random.uniform(0.3, 0.42)),
        (560, base + random.uniform(60, 150)),
        (400, base + random.uniform(50, 120)),
        (430, base - 20),
        (560, base - random.uniform(10, 40)),
    ]


def _smooth(points: list[_Point]) -> list[_Point]:
    """A Catmull-Rom curve through the points."""
    ends = [points[0], *points, points[-1]]
    curve: list[_Point] = []
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        around = (before, start, end, after)
        count = max(2, int(math.dist(start, end) / 2))
        for index in range(count):
            t = index / count
            curve.append((_spline(t, around, 0), _spline(t, around, 1)))
    return curve


def _spline(t: float, around: tuple[_Point, _Point, _Point, _Point], axis: int) -> float:
    a, b, c, d = (point[axis] for point in around)
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def _ink(pen: ImageDraw.ImageDraw, curve: list[_Point], random: Random) -> None:
    """Run a nib along the curve: thicker downwards, thin where the stroke begins and ends."""
    nib, wave = random.uniform(7.5, 9.5), random.uniform(0, math.tau)
    last = len(curve) - 1
    for index, (x, y) in enumerate(curve):
        nearby = curve[min(index + 4, last)]
        down = max(-1.0, min(1.0, (nearby[1] - y) / 8))
        edge = min(1.0, 0.35 + index / 40, 0.25 + (last - index) / 70)
        radius = nib * edge * (0.85 + 0.3 * down + 0.08 * math.sin(index / 60 + wave))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _square(middle: float, radius: float) -> tuple[float, float, float, float]:
    return (middle - radius, middle - radius, middle + radius, middle + radius)


def _star(pen: ImageDraw.ImageDraw, middle: _Point, radius: float) -> None:
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = []
    for index in range(10):
        angle, length = math.radians(36 * index - 90), radius if index % 2 == 0 else inner
        corners.append((middle[0] + length * math.cos(angle), middle[1] + length * math.sin(angle)))
    pen.polygon(corners, fill=255)


def _ring_text(mask: Image.Image, text: str, radius: float, room: float, *, is_above: bool) -> None:
    """Set ``text`` on at most ``room`` degrees, each letter turned on its own; below, so that it is read upright."""
    text = unicodedata.normalize("NFC", text)
    height = radius / 13.8 * 3.4
    font = ImageFont.truetype(str(find_font(FontStyle.BOLD)), round(height))
    fit = math.radians(room) * radius / sum(font.getlength(letter) for letter in text)
    if fit < 0.72:  # narrower than this is hard to read: take smaller letters as well
        font = ImageFont.truetype(str(find_font(FontStyle.BOLD)), round(height * max(0.6, fit / 0.72)))
        fit = math.radians(room) * radius / sum(font.getlength(letter) for letter in text)
    widths = [font.getlength(letter) / radius * min(1.25, fit) for letter in text]
    sign = 1 if is_above else -1  # below, the letters run against the clock and their heads point to the middle
    angle = -sign * sum(widths) / 2
    for letter, width in zip(text, widths, strict=True):
        middle = angle + sign * width / 2
        tile = _tile(letter, font, min(1.0, fit)).rotate(-math.degrees(middle), Image.Resampling.BICUBIC)
        x = (mask.width - tile.width) / 2 + sign * radius * math.sin(middle)
        y = (mask.height - tile.height) / 2 - sign * radius * math.cos(middle)
        mask.paste(255, (round(x), round(y)), tile)
        angle += sign * width


def _tile(letter: str, font: ImageFont.FreeTypeFont, squeeze: float) -> Image.Image:
    """One letter, narrowed, its middle in the middle of a square."""
    side = round(font.size * 3)
    tile = Image.new("L", (side, side), 0)
    # The middle of a capital lies a third of the size above the base line, whatever accents it bears.
    ImageDraw.Draw(tile).text((side / 2, side / 2 + font.size * 0.33), letter, fill=255, font=font, anchor="ms")
    narrow = tile.resize((max(1, round(side * squeeze)), side), Image.Resampling.BICUBIC)
    tile = Image.new("L", (side, side), 0)
    tile.paste(narrow, ((side - narrow.width) // 2, 0))
    return tile
