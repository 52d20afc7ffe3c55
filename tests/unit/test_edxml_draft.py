"""The description of a document: TOML and JSON say the same, the schema agrees, and all faults come at once."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from edxml_fixtures import META
from jsonschema import Draft202012Validator

from edocs.cli.main import _run
from edocs.errors import StateSecretError, UsageError
from edocs.exchange import draft_errors, read_meta
from edocs.model import OutgoingFile

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "message-draft-1.json").read_text(encoding="utf-8"))
FILE = OutgoingFile(name="a.pdf", data=b"%PDF-1.7")


def values(text: str = META) -> dict[str, Any]:
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def page() -> str:
    (text,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "edxml.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    return text


def is_valid(draft: dict[str, Any]) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(draft)


def is_read(draft: dict[str, Any]) -> bool:
    try:
        read_meta(json.dumps(draft).encode())
    except UsageError:
        return False
    return True


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", [META, page()], ids=["fixture", "page"])
def test_json_and_toml_say_the_same(text: str) -> None:
    as_json = json.dumps(values(text), ensure_ascii=False)

    assert read_meta(as_json.encode()) == read_meta(text.encode()) == read_meta(b"\xef\xbb\xbf \n" + as_json.encode())
    assert is_valid(values(text))


def paths(schema: dict[str, Any], at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every required key of the schema's objects, by its path."""
    schema = SCHEMA["$defs"]["organ"] if "$ref" in schema else schema
    found = [(*at, key) for key in schema.get("required", ())]
    for key, inner in schema.get("properties", {}).items():
        found += paths(inner, (*at, key))
    return found


def at(draft: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any] | None:
    for key in path:
        draft = draft.get(key) if isinstance(draft, dict) else None
        draft = draft[0] if isinstance(draft, list) and draft else draft
    return draft if isinstance(draft, dict) else None


@pytest.mark.parametrize("path", paths(SCHEMA), ids=".".join)
def test_what_the_schema_requires_is_required(path: tuple[str, ...]) -> None:
    draft = values(page())
    table = at(draft, path[:-1])
    assert table is not None
    del table[path[-1]]

    assert (is_valid(draft), is_read(draft)) == (False, False)


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda draft: draft.update(khac=1),
    lambda draft: draft["from"].update(ten="x"),
    lambda draft: draft["document"].update(date="2026-13-40x"),
    lambda draft: draft["document"].update(date=20260305),
    lambda draft: draft["document"].update(number=0),
    lambda draft: draft["document"].update(number=True),
    lambda draft: draft["document"].update(pages="2"),
    lambda draft: draft["document"].update(pages=-1),
    lambda draft: draft["document"].update(priority="gấp"),
    lambda draft: draft["document"].update(priority=5),
    lambda draft: draft["document"].update(direction="true"),
    lambda draft: draft["document"].update(to_places="VT"),
    lambda draft: draft["document"].update(id_scheme="number"),
    lambda draft: draft.update(to=[]),
    lambda draft: draft.update(signer=[]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_schema_refuses_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    draft = copy.deepcopy(values())
    change(draft)

    assert (is_valid(draft), is_read(draft)) == (False, False)


@pytest.mark.parametrize(
    ("scheme", "more", "expected"),
    [
        ("vxp", "", r"000\.00\.00\.H99,2026/03/05,07/UBND-VP"),
        ("qd28", "sequence = 15\n", r"000\.00\.00\.H99-2026-15"),
        ("uuid", "", r"[0-9a-f-]{36}"),
    ],
)
def test_document_ids_are_made_in_the_scheme_that_is_asked_for(scheme: str, more: str, expected: str) -> None:
    text = META.replace("number = 7", f'id_scheme = "{scheme}"\n{more}number = 7')

    assert re.fullmatch(expected, read_meta(text.encode()).message.document_id)


def test_a_running_number_is_not_made_up() -> None:
    with pytest.raises(UsageError) as caught:
        read_meta(META.replace("number = 7", 'id_scheme = "qd28"\nnumber = 7').encode())

    assert caught.value.params["missing"] == "document.sequence"


@pytest.mark.parametrize("text", ["{", '{"from": 1, "from": 2}', "[]", "{]", '{"a": NaN}', "\xff"])
def test_what_is_neither_toml_nor_json_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_meta(text.encode("latin-1"))

    assert caught.value.message("vi") != caught.value.message("en")


def test_everything_wrong_is_found_at_once() -> None:
    meta = (
        META.replace("number = 7", "")
        .replace('notation = "UBND-VP"', "notatoin = 1")
        .replace("pages = 3", "pages = -1")
    )
    files = [
        OutgoingFile(name="a/b.pdf", data=b"x"),
        OutgoingFile(name="c.pdf", data=b""),
        OutgoingFile(name="C.pdf", data=b"x"),
    ]

    found = draft_errors(meta.encode(), files)

    assert found[0].message() == (
        "meta file cannot be used: missing: document.number, document.notation; "
        "not valid: document.pages = '-1'; unknown: document.notatoin"
    )
    assert [error.template for error in found[1:]] == [
        "file name cannot be used everywhere: {name}",
        "file is empty: {name}",
        "two files have the same name: {name}",
    ]
    assert {error.exit_code for error in found} == {2}
    assert all(error.message("vi") != error.message("en") for error in found)


def test_a_state_secret_is_found_beside_faulty_files() -> None:
    meta = META.replace("number = 7", 'secrecy = "Mật"\nnumber = 7')

    found = draft_errors(meta.encode(), [OutgoingFile(name="a.pdf", data=b"")])

    assert [type(error) for error in found] == [StateSecretError, UsageError]


def test_what_only_writing_could_find_is_found() -> None:
    (error,) = draft_errors(META.replace('name = "Nguyễn Văn An"', 'name = "N/A"').encode(), [FILE])

    assert error.params["misread"] == "MessageHeader/SignerInfo/FullName = N/A"


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert draft_errors(META.encode(), [FILE]) == ()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("meta.toml").write_text(META, encoding="utf-8")
    Path("a.pdf").write_bytes(FILE.data)
    Path("trống.pdf").write_bytes(b"")
    return tmp_path


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_check_names_everything_and_writes_nothing(desk: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("meta.toml").write_text(META.replace("number = 7", "").replace("pages = 3", ""), encoding="utf-8")
    before = {path.name for path in desk.iterdir()}

    code = _run(["pack", "meta.toml", "a.pdf", "trống.pdf", "thiếu.pdf", "--check", "--lang", lang])

    err = capsys.readouterr().err
    assert code == 4  # a file that is not there cannot be read
    assert all(text in err for text in ("document.number", "document.pages", "trống.pdf", "thiếu.pdf"))
    assert {path.name for path in desk.iterdir()} == before


def test_check_passes_what_can_be_packed(desk: Path) -> None:
    assert _run(["pack", "meta.toml", "a.pdf", "--check"]) == 0
    assert _run(["pack", "meta.toml", "a.pdf", "trống.pdf", "--check"]) == 2
    assert _run(["pack", "meta.toml", "a.pdf"]) == 2
    assert not Path("out.edxml").exists()
