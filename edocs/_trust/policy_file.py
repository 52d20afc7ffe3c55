"""``--policy NAME|FILE``: one of the four built-in policies, or one's own as a TOML file (docs/verification.md).

Chính sách xác thực. A file names the built-in policy that it starts from and says what differs; a key that is not
known is refused, because a policy with a spelling mistake would check less than its author believes.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from edocs._files import read_file
from edocs.errors import UsageError
from edocs.model import (
    BUILT_IN_POLICIES,
    AlgorithmRules,
    ChangeRules,
    Level,
    Policy,
    RequiredSignature,
    Role,
    VerificationPolicy,
)
from edocs.model.parsing import parse_fault

__all__ = ["load_policy"]

_TOP = ("name", "based-on", "changes", "trust", "signature")
_CHANGES = ("signatures", "fields", "annotations", "reserved", "added-fields")
_TRUST = ("judged", "require-revocation", "algorithms")
_SIGNATURE = ("role", "organisation", "common-name", "policy-oid", "certificate-sha256", "level", "count")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OID = re.compile(r"[0-2](?:\.\d+)+")
_MOST = 99

_Member = TypeVar("_Member", bound=StrEnum)


def load_policy(policy: str | Path) -> VerificationPolicy:
    """The policy of that name, or in that file.

    Đọc chính sách xác thực.

    Args:
        policy: ``strict``, ``decree-30``, ``as-docmdp``, ``integrity``, or the path of a TOML file.

    Raises:
        UsageError: There is neither a policy nor a file of that name; the file is no TOML, has an unknown key, or a
            value of the wrong form.
        UnreadableError: The file cannot be read.
    """
    if (known := next((item for item in Policy if item.value == str(policy)), None)) is not None:
        return BUILT_IN_POLICIES[known]
    path = Path(policy)
    if not path.exists():
        names = [item.value for item in Policy]
        near = _near(str(policy), names)
        raise UsageError(
            "no such policy: {name}",
            hint=_hint(near, "did you mean {near}? one of {known}", "one of {known}, or the path of a TOML file"),
            name=policy,
            near=near,
            known=", ".join(names),
        )
    try:
        text = tomllib.loads(read_file(path).decode("utf-8-sig"))
    except ValueError as exc:
        raise UsageError("not a TOML file: {path}: {why}", path=path, why=parse_fault(exc)) from exc
    return _PolicyFile(path).policy(text)


class _PolicyFile:
    """Reads the values of one file, and names the file where one is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def policy(self, text: Mapping[str, object]) -> VerificationPolicy:
        self._check_keys(text, _TOP, "")
        base = BUILT_IN_POLICIES[self._member(Policy, "based-on", text.get("based-on", Policy.DECREE_30.value))]
        changes = self._table(text, "changes", _CHANGES)
        trust = self._table(text, "trust", _TRUST)
        return replace(
            base,
            name=self._text("name", text.get("name", self._path.stem)) or self._path.stem,
            changes=self._changes(base.changes, changes),
            judges_trust=self._flag("trust.judged", trust.get("judged", base.judges_trust)),
            require_revocation=self._flag(
                "trust.require-revocation", trust.get("require-revocation", base.require_revocation)
            ),
            algorithms=self._member(AlgorithmRules, "trust.algorithms", trust.get("algorithms", base.algorithms.value)),
            required=tuple(self._required(text.get("signature", []))),
        )

    def _changes(self, base: ChangeRules, table: Mapping[str, object]) -> ChangeRules:
        return ChangeRules(
            signatures=self._flag("changes.signatures", table.get("signatures", base.signatures)),
            fields=self._fields(table["fields"]) if "fields" in table else base.fields,
            annotations=self._flag("changes.annotations", table.get("annotations", base.annotations)),
            reserved=self._flag("changes.reserved", table.get("reserved", base.reserved)),
            added_fields=self._flag("changes.added-fields", table.get("added-fields", base.added_fields)),
        )

    def _fields(self, value: object) -> tuple[str, ...] | None:
        if value == "all":
            return None
        if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
            raise self._wrong("changes.fields", value, 'a list of field names, or "all"')
        return tuple(value)

    def _required(self, tables: object) -> Iterator[RequiredSignature]:
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._wrong("signature", tables, "one or more tables [[signature]]")
        for table in tables:
            self._check_keys(table, _SIGNATURE, "signature.")
            count = table.get("count", 1)
            if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _MOST:
                raise self._wrong("signature.count", count, f"a number from 1 to {_MOST}")
            yield RequiredSignature(
                role=self._member(Role, "signature.role", table["role"]) if "role" in table else None,
                organisation=self._text("signature.organisation", table.get("organisation", "")),
                common_name=self._text("signature.common-name", table.get("common-name", "")),
                policy_oid=self._form("signature.policy-oid", table.get("policy-oid", ""), _OID),
                certificate_sha256=self._form(
                    "signature.certificate-sha256", table.get("certificate-sha256", ""), _SHA256
                ),
                level=self._member(Level, "signature.level", table["level"]) if "level" in table else None,
                count=count,
            )

    def _table(self, text: Mapping[str, object], key: str, known: Collection[str]) -> Mapping[str, object]:
        table = text.get(key, {})
        if not isinstance(table, dict):
            raise self._wrong(key, table, f"a table [{key}]")
        self._check_keys(table, known, f"{key}.")
        return table

    def _check_keys(self, table: Mapping[str, object], known: Collection[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                near = _near(key, known)
                raise UsageError(
                    "unknown key in {path}: {key}",
                    hint=_hint(near, "did you mean {near}? one of {known}", "one of {known}"),
                    path=self._path,
                    key=prefix + key,
                    near=near,
                    known=", ".join(known),
                )

    def _flag(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true, false")
        return value

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text in quotation marks")
        return value.strip()

    def _form(self, key: str, value: object, form: re.Pattern[str]) -> str:
        text = self._text(key, value).lower()
        if text and not form.fullmatch(text):
            raise self._wrong(key, value, "an OID" if form is _OID else "the 64 hexadecimal digits of a SHA-256")
        return text

    def _member(self, kind: type[_Member], key: str, value: object) -> _Member:
        names = [member.value for member in kind]
        if not isinstance(value, str) or value not in names:
            raise self._wrong(key, value, ", ".join(names))
        return kind(value)

    def _wrong(self, key: str, value: object, wanted: str) -> UsageError:
        return UsageError(
            "wrong value in {path}: {key} = {value}",
            hint="expected: {wanted}",
            path=self._path,
            key=key,
            value=value,
            wanted=wanted,
        )


def _near(name: str, known: Collection[str]) -> str:
    """The names that ``name`` may have been meant to be."""
    return ", ".join(difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6))


def _hint(near: str, with_near: str, without: str) -> str:
    return with_near if near else without
