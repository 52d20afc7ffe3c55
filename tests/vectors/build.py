"""Write the vectors out, and say what is expected of each."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from . import (
    attacks_after,
    attacks_annotation,
    attacks_cms,
    attacks_decree,
    attacks_form,
    attacks_latent,
    attacks_signature,
    attacks_structure,
    attacks_tagged,
    lawful_changes,
    lawful_decree,
    lawful_habits,
    lawful_products,
    lawful_signing,
    lawful_tagged,
)
from .bench import Bench
from .page import vectors_page
from .registry import VECTORS, Vector
from .witness import calls_all_valid, pdfsig

MODULES = (
    attacks_after,
    attacks_annotation,
    attacks_cms,
    attacks_decree,
    attacks_form,
    attacks_latent,
    attacks_signature,
    attacks_structure,
    attacks_tagged,
    lawful_changes,
    lawful_decree,
    lawful_habits,
    lawful_products,
    lawful_signing,
    lawful_tagged,
)
"""Importing them fills the table."""


class Vectors:
    """All vectors; each file is made when it is first asked for."""

    def __init__(self, bench: Bench | None = None) -> None:
        self.bench = bench or Bench()
        self.document = cache(lambda name: VECTORS[name].build(self.bench))

    def __iter__(self) -> Iterator[Vector]:
        return iter(VECTORS.values())


def expected(vector: Vector) -> dict[str, object]:
    """One line of ``expected.jsonl``."""
    line: dict[str, object] = {
        "file": f"{vector.name}.pdf",
        "family": vector.family,
        "lawful": vector.is_lawful,
        "outcome": vector.outcome.value,
        "about": vector.about,
    }
    if vector.is_lawful:
        line["policy"] = vector.policy.value
        line["refused_under"] = [policy.value for policy in vector.refused_under]
        line["password"] = vector.password
    else:
        line["rules"] = list(vector.rules)
        line["changes"] = vector.effect.value
    return line


def main(arguments: Sequence[str]) -> int:
    """``python -m tests.vectors FOLDER [--only NAME] | --list``."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--list", action="store_true", help="name the vectors and write nothing")
    parser.add_argument("--only", action="append", metavar="NAME", help="write this vector; may be repeated")
    parser.add_argument("--page", action="store_true", help="print docs/vectors.md")
    parser.add_argument("--pdfsig", action="store_true", help="count what poppler calls valid")
    options = parser.parse_args(arguments)
    chosen = [vector for vector in VECTORS.values() if not options.only or vector.name in options.only]
    if unknown := set(options.only or ()) - set(VECTORS):
        parser.error(f"no such vector: {', '.join(sorted(unknown))}")
    if options.list:
        for vector in chosen:
            print(f"{vector.name}\t{vector.outcome.value}\t{vector.about}")
        return 0
    if options.page:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        print(vectors_page(), end="")
        return 0
    if options.folder is None:
        parser.error("name a folder, or --list")
    write(options.folder, chosen)
    if options.pdfsig:
        _count(options.folder, chosen)
    return 0


def write(folder: Path, chosen: Sequence[Vector]) -> None:
    """Every file, and ``expected.jsonl`` beside them."""
    vectors = Vectors()
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for vector in chosen:
        (folder / f"{vector.name}.pdf").write_bytes(vectors.document(vector.name))
        lines.append(json.dumps(expected(vector), ensure_ascii=False))
    (folder / "expected.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(chosen)} files in {folder}", file=sys.stderr)


def _count(folder: Path, chosen: Sequence[Vector]) -> None:
    program = shutil.which("pdfsig")
    if program is None:
        print("pdfsig is not installed", file=sys.stderr)
        return
    valid = Counter(
        vector.is_lawful
        for vector in chosen
        if calls_all_valid(pdfsig(folder / f"{vector.name}.pdf", program, vector.password))
    )
    lawful = sum(vector.is_lawful for vector in chosen)
    print(f"pdfsig calls valid: {valid[False]} of {len(chosen) - lawful} manipulated, {valid[True]} of {lawful} lawful")
