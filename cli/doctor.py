"""``edocs doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import click

from .checks import Check, Status, examine
from .console import Console, common_options, worst
from .once import OnceCommand

_AREAS = {
    "program": "Programs",
    "library": "Libraries",
    "font": "Fonts",
    "token": "Tokens",
    "witness": "Witnesses",
    "clock": "Clock",
    "folder": "Folders",
}


@click.command(cls=OnceCommand)
@click.option("--ntp", metavar="HOST[:PORT]", help="Compare the clock with this time server.")
@common_options
def doctor(console: Console, ntp: str | None) -> int:
    """Say what is installed, what is missing, and how to get it (kiểm tra máy)."""
    checks = examine(ntp)
    for check in checks:
        console.emit(_as_dict(check, console))
    if not console.json:
        _show(checks, console)
    missing = [check for check in checks if check.status is Status.MISSING]
    if missing:
        console.say("{count} missing", count=len(missing))
    else:
        console.say("everything that edocs needs is there")
    return worst(check.exit_code for check in missing)


def _as_dict(check: Check, console: Console) -> dict[str, object]:
    return {
        "schema": "edocs.check/1",
        "area": check.area,
        "name": check.name,
        "status": check.status.value,
        "found": check.found,
        "note": console.text(check.note, **check.params),
        "hint": console.text(check.hint, **check.params),
        "needed": check.needed,
    }


def _show(checks: list[Check], console: Console) -> None:
    labels = {status: console.text(status.value) for status in Status}
    width, names = max(map(len, labels.values())), max(len(check.name) for check in checks)
    area = ""
    for check in checks:
        if check.area != area:
            area = check.area
            console.result(console.text(_AREAS[area]))
        note = console.text(check.note, **check.params)
        text = "  ".join(part for part in (check.found, note) if part)
        console.result(f"  {labels[check.status]:<{width}}  {check.name:<{names}}  {text}".rstrip())
        if check.hint:
            console.result(f"  {'':<{width}}  {'':<{names}}  → {console.text(check.hint, **check.params)}")
