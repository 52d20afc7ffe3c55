"""The guide's example of levels runs, against services on the loopback interface."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from servers.pki import PkiService

from edocs.connect import open_signer
from edocs.model import Extended, Level
from edocs.testing import sample_pdf

ROOT = Path(__file__).parents[2]


def test_the_example_in_the_guide_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "levels.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    service = PkiService(tmp_path / "pki", ROOT / "certs" / "test" / "keys")
    names: dict[str, object] = {
        "secrets": lambda name: name,
        "folder": tmp_path / "cache",
        "letter": sample_pdf(),
        "seal": open_signer(str(service.pki.p12("seal")), lambda _: service.pki.passphrase),
    }

    try:
        service.now = datetime.now(UTC).replace(microsecond=0)
        exec(code.replace("http://tsa.example/", f"{service.url}/tsa"), names)
    finally:
        service.stop()

    extended = names["extended"]
    assert isinstance(extended, Extended)
    assert (extended.level, extended.holds_until.year) == (Level.B_LTA, 2035)
