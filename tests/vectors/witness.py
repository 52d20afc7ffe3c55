"""Independent witnesses: what a document shows and says (PDFium), and what poppler and qpdf think of it."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pypdfium2


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of a document, and gets by copying it."""

    pictures: tuple[str, ...]
    """A digest of the pixels, a page."""
    texts: tuple[str, ...]


@lru_cache(maxsize=256)
def see(document: bytes, password: str | None = None, scale: float = 0.5) -> Seen | None:
    """Every page drawn with its annotations and fields; None where PDFium cannot open the document."""
    try:
        pdf = pypdfium2.PdfDocument(document, password=password)
    except pypdfium2.PdfiumError:
        return None
    try:
        pdf.init_forms()
        pictures, texts = [], []
        for index in range(len(pdf)):
            try:
                page = pdf[index]
            except pypdfium2.PdfiumError:
                pictures.append("unreadable")
                texts.append("")
                continue
            bitmap = page.render(scale=scale)
            size = f"{bitmap.width}x{bitmap.height}:".encode()
            pictures.append(hashlib.sha256(size + bytes(bitmap.buffer)).hexdigest())
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
        return Seen(tuple(pictures), tuple(texts))
    finally:
        pdf.close()


def pdfsig(path: Path, program: str, password: str = "") -> str:
    """What poppler prints of the signatures."""
    unlock = ["-upw", password] if password else []
    done = subprocess.run([program, "-nocert", *unlock, str(path)], capture_output=True, check=False, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def calls_all_valid(output: str) -> bool:
    """Whether poppler calls every signature that it found valid, and found one."""
    found = [line for line in output.splitlines() if "Signature Validation:" in line]
    return bool(found) and all("Signature is Valid" in line for line in found)


def qpdf_check(path: Path, program: str, password: str = "") -> tuple[int, str]:
    """Exit code (0 sound, 2 errors, 3 warnings) and output of ``qpdf --check``."""
    command = [program, "--check", *([f"--password={password}"] if password else []), str(path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")
