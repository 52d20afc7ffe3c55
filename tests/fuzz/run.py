"""Feed a fuzz target with atheris, whose search is guided by the branches that edocs and its parsers take.

    python tests/fuzz/run.py NAME [libFuzzer option]... [CORPUS]

Without a folder the search starts from the target's seeds and forgets what it found; with one it goes on from there. A
finding is written below ``-artifact_prefix=``; give that file instead of a folder to see it again.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    import atheris  # no import of this module needs it: it exists on Linux only

    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    with atheris.instrument_imports(include=["edocs", "pyhanko", "pyhanko_certvalidator", "asn1crypto"]):
        import targets

    name, *options = sys.argv[1:]
    given = [Path(option) for option in options if not option.startswith("-")]
    with tempfile.TemporaryDirectory() as empty:
        corpus = given[0] if given else Path(empty)
        if not corpus.is_file():
            for seed in targets.seeds(name):
                (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, *([] if given else [empty])], targets.TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
