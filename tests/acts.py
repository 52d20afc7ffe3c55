"""What the tests of the acts of Decree 30 share: measuring widgets, scans, pictures, independent programs."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2
from PIL import Image

MM = 72 / 25.4


@dataclass(frozen=True)
class Widget:
    """Where a field stands: page from 0; millimetres from the page's upper left corner."""

    page: int
    left: float
    top: float
    width: float
    height: float
    look: str
    """The operators of its appearance."""
    fonts: tuple[str, ...]
    """Without the tag of the subset."""

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def middle(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


def widget(document: bytes, name: str) -> Widget:
    own = name.rpartition(".")[2]
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(document)).pages):
        for annotation in page.get("/Annots") or ():
            item = annotation.get_object()
            if item.get("/T") == own:
                left, bottom, right, top = (float(n) / MM for n in item["/Rect"])
                high = float(page.cropbox.top) / MM
                form = item["/AP"]["/N"].get_object()
                fonts = form["/Resources"].get("/Font", {})
                names = tuple(str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts.values())
                look = form.get_data().decode("latin-1")
                return Widget(number, left, high - top, right - left, top - bottom, look, names)
    raise AssertionError(f"no widget {name}")


def said(program: str, *arguments: object) -> str:
    """What a program prints, which must not fail."""
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def text_of(witness: Callable[[str], str], document: bytes, folder: Path, page: int = 1) -> str:
    path = folder / "read.pdf"
    path.write_bytes(document)
    return said(witness("pdftotext"), "-layout", "-enc", "UTF-8", "-f", page, "-l", page, path, "-")


def scan(*, dpi: int = 200, mode: str = "RGB", pages: int = 1) -> bytes:
    """A PDF of A4 pages that are one JPEG each, as a scanner writes them."""
    size = round(210 / 25.4 * dpi), round(297 / 25.4 * dpi)
    picture = io.BytesIO()
    Image.new(mode, size, 250 if mode == "L" else (250, 248, 240)).save(picture, "JPEG")
    pdf = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        page = pdf.new_page(210 * MM, 297 * MM)
        image = pypdfium2.PdfImage.new(pdf)
        image.load_jpeg(io.BytesIO(picture.getvalue()))
        image.set_matrix(pypdfium2.PdfMatrix().scale(210 * MM, 297 * MM))
        page.insert_obj(image)
        page.gen_content()
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def png(
    size: tuple[int, int] = (600, 300),
    *,
    ink: tuple[int, int, int] = (20, 50, 150),
    ground: tuple[int, int, int, int] = (0, 0, 0, 0),
    dpi: int | None = None,
) -> bytes:
    """A bar of ink over the middle third of a ground."""
    picture = Image.new("RGBA", size, ground)
    width, height = size
    picture.paste((*ink, 255), (width // 10, height // 3, width - width // 10, 2 * height // 3))
    out = io.BytesIO()
    picture.save(out, "PNG", **({"dpi": (dpi, dpi)} if dpi else {}))
    return out.getvalue()
