"""``docs/edxml.md`` says what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from edxml_fixtures import NOW

import edocs
from edocs.exchange import pack, read_meta, unpack
from edocs.model import STATUSES, OutgoingFile

PAGE = Path(__file__).parents[2] / "docs" / "edxml.md"
HOME = Path(edocs.__path__[0])


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_description_on_the_page_can_be_packed(page: str) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)

    result = pack(read_meta(text.encode()), [OutgoingFile(name="a.doc", data=b"x")], now=NOW)

    assert unpack(result.envelope, result.manifest).all_faults == ()
    assert unpack(result.envelope).envelope.notices == ()


def test_the_page_lists_exactly_the_rules_of_the_code(page: str) -> None:
    listed = set(re.findall(r"^\| `edxml\.([a-z_.0-9]+)` \|", page, flags=re.MULTILINE))

    assert listed == rules()


def rules() -> set[str]:
    """First arguments of the calls that make a finding; those of ``attachments.py`` lack their prefix."""
    makers = {
        **dict.fromkeys(("exchange.py", "_edxml/comparing.py", "_edxml/opening.py"), "_reason"),
        "_edxml/attachments.py": "_reason _failed",
        "_edxml/notices.py": "_add",
        **{f"_edxml/{name}.py": "note" for name in ("canonical", "manifest", "parsing", "reader", "spellings")},
    }
    secrecy = (HOME / "_edxml" / "secrecy.py").read_text(encoding="utf-8")
    found = set(re.findall(r'rule="edxml\.([a-z_.]+)"', secrecy))
    for path, names in makers.items():
        for node in ast.walk(ast.parse((HOME / path).read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in names.split():
                continue
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            rule = next((word for word in words if re.fullmatch(r"[a-z_.0-9]+", word)), None)
            if rule is not None:
                found.add(f"attachment.{rule}" if path.endswith("attachments.py") else rule)
    return found


def test_the_page_shows_every_key_of_a_description(page: str) -> None:
    calls = ast.walk(ast.parse((HOME / "_edxml" / "meta.py").read_text(encoding="utf-8")))
    readers = {"line", "lines", "organ_id", "number", "flag", "day", "code", "take", "table", "tables"}
    keys = {
        str(node.args[0].value)
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in readers
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }

    assert len(keys) > 30
    assert {key for key in keys if not re.search(rf"(^|[\[`. {{]){key}( =|\]|`)", page, flags=re.MULTILINE)} == set()


def test_the_page_has_the_table_of_statuses(page: str) -> None:
    rows = [
        f"| `{kind.code}` | {kind.emitter.value} | {f'`{kind.leads_to.value}`' if kind.leads_to else 'as before'} "
        f"| {kind.description} |"
        for kind in STATUSES.values()
    ]

    assert "\n".join(rows) in page
