"""``edocs agencies``: a directory of agencies as a tree, what is wrong with it, and into the register with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import click

from edocs._files import read_file
from edocs.errors import UsageError
from edocs.model import HANOI, AgencyDirectory, AgencyEntry, Reason, read_day, read_directory
from edocs.model.agency_tree import NOTICES, AgencyTree, check_tree, directory_faults, make_tree
from edocs.model.directory_event import directory_event
from edocs.reports.regrouping_words import ENDINGS
from edocs.reports.wording import LEVELS, number_text

from .arguments import user_name
from .console import Console, common_options
from .once import OnceCommand
from .registers import open_registry

_ACTIONS = ("check", "show", "today", "import")


@click.command(cls=OnceCommand)
@click.argument("action", type=click.Choice(_ACTIONS), metavar="check|show|today|import")
@click.argument("items", nargs=-1, metavar="[FILE] [CODE...]")
@click.option("--at", metavar="YYYY-MM-DD", help="show: the tree of that day; today: what had the code then.")
@click.option("--by-code", is_flag=True, help="Where no parent is stated, tell it from the groups of the code.")
@click.option(
    "--register",
    "register_file",
    metavar="FILE|postgresql://…",
    help="import: the register it goes into; otherwise that register's directory is looked at, and no FILE given.",
)
@click.option("--who", default="", metavar="NAME", help="Who says so, for the log; else the user's name.")
@common_options
def agencies(
    console: Console,
    *,
    action: str,
    items: Sequence[str],
    at: str | None,
    by_code: bool,
    register_file: str | None,
    who: str,
) -> int:
    """Look at a directory of agencies, or enter it in the register (danh mục cơ quan).

    check says what is wrong with it; show prints the tree of a day, or the branches below CODE...; today says what the
    bodies that had CODE... have become; import enters FILE in the register, in place of the directory before.
    """
    if action == "import":
        return _import(console, items, register_file, who)
    directory, codes = _given(console, items, register_file)
    tree = make_tree(directory, by_code=by_code)
    now = datetime.now(HANOI).date()
    on = read_day(at).date() if at else None
    if action == "check":
        if codes or at:
            raise UsageError("check looks at the whole file")
        return _check(console, tree)
    if action == "show":
        return _show(console, tree, codes, on or now)
    if not codes:
        raise UsageError("which code?", hint="edocs agencies today FILE CODE")
    return _today(console, tree, codes, on, now)


def _given(console: Console, items: Sequence[str], where: str | None) -> tuple[AgencyDirectory, Sequence[str]]:
    """The directory that is looked at, and the codes that are asked for."""
    if where is None:
        if not items:
            raise UsageError("which directory?", hint="a CSV file, or --register")
        return read_directory(read_file(Path(items[0]))), items[1:]
    with open_registry(console, where, read_only=True) as registry:
        directory = registry.directory()
    if directory is None:
        raise UsageError("the register has no directory of agencies", hint="edocs agencies import FILE --register …")
    return directory, items


def _import(console: Console, items: Sequence[str], where: str | None, who: str) -> int:
    if where is None or len(items) != 1:
        raise UsageError("import takes one file and the register", hint="edocs agencies import FILE --register …")
    [path] = items
    data = read_file(Path(path))
    tree = make_tree(read_directory(data))
    count = number_text(len(tree.directory.entries), console.lang)
    for fault in directory_faults(tree):  # which entering it refuses; before that a register would be made
        _show_problem(console, fault)
    directory_event(data, who, datetime.now(HANOI))
    with open_registry(console, where) as registry:
        is_news = registry.import_directory(data, who=who or user_name(), now=datetime.now(HANOI))
    console.emit({"schema": "edocs.directory/1", "path": path, "is_news": is_news})
    if is_news:
        console.say("entered: {path}: {count} bodies", path=path, count=count)
    else:
        console.say("the register has this directory already: {path}", path=path)
    return 0


def _check(console: Console, tree: AgencyTree) -> int:
    faults = notices = 0
    for problem in (*tree.directory.problems, *check_tree(tree)):
        is_notice = problem.rule in NOTICES
        faults, notices = faults + (not is_notice), notices + is_notice
        _show_problem(console, problem)
    console.say(
        "{entries} bodies: {faults} faults, {notices} notices",
        entries=number_text(len(tree.directory.entries), console.lang),
        faults=number_text(faults, console.lang),
        notices=number_text(notices, console.lang),
    )
    return 1 if faults else 0


def _show_problem(console: Console, problem: Reason) -> None:
    kind = "notice" if problem.rule in NOTICES else "fault"
    said = {"kind": kind, "line": int(problem.params["line"]), **problem.as_dict(console.lang)}
    console.emit({"schema": "edocs.agency_finding/1", **said})
    if not console.json:
        console.result(f"{console.text(kind)}: {problem.text(console.lang)} [{problem.rule}]")


def _show(console: Console, tree: AgencyTree, codes: Sequence[str], on: date) -> int:
    tops = [tree.directory.one(code, on) for code in codes] or tree.roots(on)
    count = 0
    for depth, entry in _walk(tree, tops, on):
        count += 1
        console.emit({"schema": "edocs.agency/1", "depth": depth, **_object(entry), "at": on.isoformat()})
        if not console.json:
            level = f" [{console.text(LEVELS[entry.level])}]" if entry.level else ""
            console.result(f"{'  ' * depth}{entry.id}  {entry.name}{level}")
    console.say("{count} bodies on {day}", count=number_text(count, console.lang), day=f"{on:%d/%m/%Y}")
    return 0


def _walk(tree: AgencyTree, tops: Sequence[AgencyEntry], on: date) -> Iterator[tuple[int, AgencyEntry]]:
    for top in tops:
        yield 0, top
        yield from tree.descendants(top, on)


def _today(console: Console, tree: AgencyTree, codes: Sequence[str], on: date | None, now: date) -> int:
    for code in codes:
        found = tree.succession(code, on or date.min, on or now, now)
        ending = found.ending.value if found.ending else "unknown"
        why = console.text(ENDINGS[found.ending]) if found.entry is None else ""
        said = _object(found.entry) if found.entry else None
        console.emit({"schema": "edocs.succession/1", "code": code, "ending": ending, "today": said})
        if not console.json:
            text = f"{found.entry.id}  {found.entry.name}" if found.entry else why
            console.result(f"{code} → {text}")
    return 0


def _object(entry: AgencyEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "codes": [code.value for code in entry.codes],
        "name": entry.name,
        "level": entry.level.value if entry.level else None,
        "kind": entry.kind.value if entry.kind else None,
        "valid_from": entry.valid_from.isoformat() if entry.valid_from else None,
        "valid_to": entry.valid_to.isoformat() if entry.valid_to else None,
        "line": entry.line,
    }
