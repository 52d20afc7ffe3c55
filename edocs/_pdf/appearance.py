"""The text that an appearance stream shows, where it shows text and nothing else (ISO 32000-2, 12.5.5).

Hình hiển thị của trường. A reader believes the appearance, software believes the value: for a reserved field both must
say the same. So one line of dark, upright text is understood, from left to right, of a size that can be read, inside
the area that is drawn; all else is refused, not interpreted. That a glyph has the outline of its letter is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyhanko.pdf_utils import generic

from edocs._pdf.entries import dictionary, entry, numbers
from edocs._pdf.lettering import AppearanceError, Lettering, read_lettering

__all__ = ["AppearanceError", "ShownLetter", "drawn_text", "shown_letters", "shown_text"]

_END = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"  # where a regular token may end: programs split 12Tf differently
_TOKEN = re.compile(
    rb"[\x00\t\n\x0c\r ]+|(?P<hex><(?:[0-9A-Fa-f]{2})*>)|(?P<literal>\((?:[^()\\\r]|\\[()\\])*\))"
    rb"|(?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<number>[+-]?(?:[0-9]{1,9}\.?[0-9]{0,9}|\.[0-9]{1,9}))"
    + _END
    + rb"|(?P<operator>[A-Za-z'\"][A-Za-z0-9*]*)"
    + _END
    + rb"|(?P<open>\[)|(?P<close>\])"
)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ENTRIES = {"/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Name"}
_STORAGE = {"/Length", "/Filter", "/DecodeParms", "/DL"}
_NEUTRAL = {"Tc": 0, "Tw": 0, "Ts": 0, "Tz": 100, "Tr": 0}
"""Text state that moves, squeezes or hides glyphs, and the value that does not (9.3)."""
_SIZE_PT = (4.0, 72.0)
_LIGHTEST = 0.4
_SLACK = 0.1  # of an em: kerning, and rounding at an edge, which hide no letter
_CAP_HEIGHT = 0.6  # of an em
_SCALE = (0.5, 2.0)
_Token = tuple[str, bytes]
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLetter:
    """One letter of an appearance, and where it stands; all lengths in points."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


def shown_text(appearance: object, size_pt: tuple[float, float] | None = None) -> str:
    """The text of a form XObject; see :func:`shown_letters`."""
    return "".join(letter.text for letter in shown_letters(appearance, size_pt))


def shown_letters(appearance: object, size_pt: tuple[float, float] | None = None) -> list[ShownLetter]:
    """The letters of a form XObject, in order.

    Args:
        size_pt: Width and height of the field, to which a viewer scales the appearance; None: not judged.

    Raises:
        AppearanceError: It is no stream, draws anything but text, or text that a reader could see otherwise.
    """
    if not isinstance(appearance, generic.StreamObject):
        raise AppearanceError("it has no appearance")
    if set(appearance) - _ENTRIES - _STORAGE:
        raise AppearanceError("its appearance draws more than text")
    resources = dictionary(appearance, "/Resources") or generic.DictionaryObject()
    if set(resources) - {"/Font", "/ProcSet"}:
        raise AppearanceError("its appearance uses more than fonts")
    box = _bounding_box(appearance, size_pt)
    page = _Page(fonts=dictionary(resources, "/Font") or generic.DictionaryObject(), state=_State(clip=box))
    for operator, operands in _operations(appearance.data):
        page.run(operator, operands)
    return page.letters


def drawn_text(appearance: object) -> str:
    """The letters that the strings of a form XObject name, in order, wherever and however they are drawn.

    Raises:
        AppearanceError: It is no stream, cannot be read, hides letters, or draws pictures or other forms.
    """
    if not isinstance(appearance, generic.StreamObject):
        raise AppearanceError("it has no appearance")
    resources = dictionary(appearance, "/Resources") or generic.DictionaryObject()
    fonts = dictionary(resources, "/Font") or generic.DictionaryObject()
    lettering: Lettering | None = None
    shown: list[str] = []
    for operator, operands in _operations(appearance.data):
        if operator in ("Do", "BI", "sh") or (operator == "Tr" and _numbers(operands, 1) != [0]):
            raise AppearanceError("its appearance draws more than text")
        if operator == "Tf":
            lettering = read_lettering(entry(fonts, operands[0][1].decode("latin-1")) if operands else None)
        elif operator in ("Tj", "TJ", "'", '"'):
            strings = [_string(operand) for operand in operands if operand[0] in ("literal", "hex")]
            if lettering is None:
                raise AppearanceError("its font is missing")
            shown += [letter for string in strings for letter, _ in lettering.letters(string)]
    return "".join(shown)


def _bounding_box(appearance: generic.StreamObject, size_pt: tuple[float, float] | None) -> _Box:
    matrix, box = numbers(appearance, "/Matrix"), numbers(appearance, "/BBox")
    if len(box) != 4 or (matrix and matrix != [1, 0, 0, 1, 0, 0]):
        raise AppearanceError("its appearance cannot be read")
    left, right = sorted((box[0], box[2]))
    bottom, top = sorted((box[1], box[3]))
    for whole, drawn in zip(size_pt or (), (right - left, top - bottom), strict=False):
        if not drawn * _SCALE[0] <= whole <= drawn * _SCALE[1]:
            raise AppearanceError("its text is not where or as large as a reader would see it")
    return left, bottom, right, top


def _operations(content: bytes) -> Iterator[tuple[str, list[_Token]]]:
    operands: list[_Token] = []
    at = 0
    while at < len(content):
        match = _TOKEN.match(content, at)
        if match is None:
            raise AppearanceError("its appearance cannot be read")
        at = match.end()
        if match.lastgroup == "operator":
            yield match[0].decode("ascii"), operands
            operands = []
        elif match.lastgroup is not None:
            operands.append((match.lastgroup, match[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """The graphics state, as far as text may change it (8.4)."""

    clip: _Box
    origin: tuple[float, float] = (0.0, 0.0)
    lettering: Lettering | None = None
    size: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Page:
    """What has been drawn so far."""

    fonts: generic.DictionaryObject
    state: _State
    saved: list[_State] = field(default_factory=list)
    letters: list[ShownLetter] = field(default_factory=list)
    line: tuple[float, float] | None = None
    """Where the current line of the text object begins; None outside of one."""
    pen: float = 0.0
    """Where the next glyph begins, from the left edge of the line."""
    last: tuple[float, float] | None = None
    """The end of the last glyph shown, and its baseline."""
    path: _Box | None = None
    is_clip: bool = False

    def run(self, operator: str, operands: Sequence[_Token]) -> None:
        """Carry out one operator."""
        if operator in _NEUTRAL:
            if _numbers(operands, 1) != [_NEUTRAL[operator]]:
                raise AppearanceError("its text is not where or as large as a reader would see it")
            return
        rule = _OPERATORS.get(operator)
        if rule is None:
            raise AppearanceError("its appearance draws more than text")
        kind, action = rule
        if (kind == "text" and self.line is None) or (kind == "page" and self.line is not None):
            raise AppearanceError("its appearance cannot be read")
        if self.path is not None and operator not in ("W", "W*", "n"):
            raise AppearanceError("its appearance draws more than text")
        action(self, operands)

    def save(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        self.saved.append(self.state)

    def restore(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        if not self.saved:
            raise AppearanceError("its appearance cannot be read")
        self.state = self.saved.pop()

    def shift(self, operands: Sequence[_Token]) -> None:
        right, up = _translation(operands)
        self.state = replace(self.state, origin=(self.state.origin[0] + right, self.state.origin[1] + up))

    def begin(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        self.line, self.pen = (0.0, 0.0), 0.0

    def end(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        self.line = None

    def choose(self, operands: Sequence[_Token]) -> None:
        if [kind for kind, _ in operands] != ["name", "number"]:
            raise AppearanceError("its appearance cannot be read")
        size = float(operands[1][1])
        if not _SIZE_PT[0] <= size <= _SIZE_PT[1]:
            raise AppearanceError("its text is not where or as large as a reader would see it")
        lettering = read_lettering(entry(self.fonts, operands[0][1].decode("latin-1")))
        self.state = replace(self.state, lettering=lettering, size=size)

    def move(self, operands: Sequence[_Token]) -> None:
        right, up = _numbers(operands, 2)
        left, bottom = self.line or (0.0, 0.0)
        self.line, self.pen = (left + right, bottom + up), 0.0

    def place(self, operands: Sequence[_Token]) -> None:
        self.line, self.pen = _translation(operands), 0.0

    def show(self, operands: Sequence[_Token]) -> None:
        if len(operands) != 1:
            raise AppearanceError("its appearance cannot be read")
        self._draw(operands[0])

    def show_parts(self, operands: Sequence[_Token]) -> None:
        kinds = [kind for kind, _ in operands]
        if kinds[:1] != ["open"] or kinds[-1:] != ["close"]:
            raise AppearanceError("its appearance cannot be read")
        for kind, value in operands[1:-1]:
            if kind == "number":
                self.pen -= float(value) / 1000 * self.state.size
            else:
                self._draw((kind, value))

    def _draw(self, token: _Token) -> None:
        state = self.state
        if state.lettering is None or self.line is None:
            raise AppearanceError("its font is missing")
        for letter, width in state.lettering.letters(_string(token)):
            left = state.origin[0] + self.line[0] + self.pen
            baseline = state.origin[1] + self.line[1]
            self.pen += width / 1000 * state.size
            right = left + width / 1000 * state.size
            self._check(left, right, baseline)
            self.letters.append(ShownLetter(text=letter, left=left, right=right, baseline=baseline, size=state.size))

    def _check(self, left: float, right: float, baseline: float) -> None:
        """Refuse a glyph over the one before it, on another line, or outside what is drawn."""
        slack = _SLACK * self.state.size
        clip = self.state.clip
        end, line = self.last or (left, baseline)
        self.last = (right, baseline)
        is_in_order = left >= end - slack and abs(baseline - line) <= slack
        is_inside = left >= clip[0] - slack and right <= clip[2] + slack and baseline >= clip[1] - slack
        if not (is_in_order and is_inside and baseline + _CAP_HEIGHT * self.state.size <= clip[3] + slack):
            raise AppearanceError("its text is not where or as large as a reader would see it")

    def rectangle(self, operands: Sequence[_Token]) -> None:
        left, bottom, width, height = _numbers(operands, 4)
        right, up = self.state.origin
        across, along = sorted((left, left + width)), sorted((bottom, bottom + height))
        self.path = (across[0] + right, along[0] + up, across[1] + right, along[1] + up)

    def clip(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        if self.path is None:
            raise AppearanceError("its appearance cannot be read")
        self.is_clip = True

    def close(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)
        if self.is_clip and self.path is not None:
            one, two = self.state.clip, self.path
            both = (max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3]))
            self.state = replace(self.state, clip=both)
        self.path, self.is_clip = None, False

    def grey(self, operands: Sequence[_Token]) -> None:
        (level,) = _numbers(operands, 1)
        _require_dark(level, level, level)

    def colour(self, operands: Sequence[_Token]) -> None:
        red, green, blue = _numbers(operands, 3)
        _require_dark(red, green, blue)

    def inks(self, operands: Sequence[_Token]) -> None:
        *inks, black = (max(0.0, min(1.0, value)) for value in _numbers(operands, 4))
        red, green, blue = ((1 - ink) * (1 - black) for ink in inks)
        _require_dark(red, green, blue)

    def mark(self, operands: Sequence[_Token]) -> None:
        if [kind for kind, _ in operands] != ["name"]:
            raise AppearanceError("its appearance cannot be read")

    def unmark(self, operands: Sequence[_Token]) -> None:
        _numbers(operands, 0)


_OPERATORS: Mapping[str, tuple[str, Callable[[_Page, Sequence[_Token]], None]]] = {
    "q": ("page", _Page.save),
    "Q": ("page", _Page.restore),
    "cm": ("page", _Page.shift),
    "re": ("page", _Page.rectangle),
    "W": ("page", _Page.clip),
    "W*": ("page", _Page.clip),
    "n": ("page", _Page.close),
    "BT": ("page", _Page.begin),
    "ET": ("text", _Page.end),
    "Td": ("text", _Page.move),
    "Tm": ("text", _Page.place),
    "Tj": ("text", _Page.show),
    "TJ": ("text", _Page.show_parts),
    "Tf": ("any", _Page.choose),
    "g": ("any", _Page.grey),
    "rg": ("any", _Page.colour),
    "k": ("any", _Page.inks),
    "BMC": ("any", _Page.mark),
    "EMC": ("any", _Page.unmark),
}
"""Inside a text object, outside of one, or either (8.2, figure 9)."""


def _numbers(operands: Sequence[_Token], count: int) -> list[float]:
    if len(operands) != count or any(kind != "number" for kind, _ in operands):
        raise AppearanceError("its appearance cannot be read")
    return [float(value) for _, value in operands]


def _translation(operands: Sequence[_Token]) -> tuple[float, float]:
    *turn, right, up = _numbers(operands, 6)
    if turn != [1, 0, 0, 1]:
        raise AppearanceError("its text is not where or as large as a reader would see it")
    return right, up


def _require_dark(red: float, green: float, blue: float) -> None:
    red, green, blue = (max(0.0, min(1.0, value)) for value in (red, green, blue))
    if 0.3 * red + 0.59 * green + 0.11 * blue > _LIGHTEST:  # ISO 32000-2, 10.4.3.2
        raise AppearanceError("its text is too light to be seen")


def _string(token: _Token) -> bytes:
    kind, value = token
    if kind == "literal":
        return _ESCAPE.sub(rb"\1", value[1:-1])
    if kind == "hex":
        return bytes.fromhex(value[1:-1].decode("ascii"))
    raise AppearanceError("its appearance cannot be read")
