"""``edocs status``: the status message that answers what another agency sent.

It makes the file; nothing is sent, and the message that is answered is left alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from edocs._files import open_output, require_free, write_file
from edocs.exchange import inspect_message, pack_status
from edocs.model import STATUSES, Limits, MessageLimits, OrganId, Staff, StatusSpec, refusal_text, status_for
from edocs.sealing import seal_message

from .arguments import read_time
from .console import FORCE_OPTION, PATH, Console, common_options
from .once import OnceCommand
from .opening import open_envelope
from .sealing import detached_path, open_seal, seal_options
from .supervising import late_worker


@click.command(cls=OnceCommand)
@click.argument("envelope", type=PATH, metavar="IN.edxml")
@click.option(
    "--code",
    required=True,
    type=click.Choice(list(STATUSES)),
    help=(
        "01 arrived, 02 refused, 03 accepted, 04 assigned, 05 in progress, 06 completed; "
        "13 the sender wants it back; 15 the receiver agrees to recall or update, 16 refuses to."
    ),
)
@click.option(
    "--reason", default="", metavar="TEXT", help="Why; required for 13, and for 02 where nothing is found wrong."
)
@click.option(
    "--organ", default="", metavar="CODE", help="Which of several receivers speaks; for 13, which one is addressed."
)
@click.option("--staff", default="", metavar="NAME", help="Who can be asked.")
@click.option("--department", default="", metavar="TEXT", help="Of the staff.")
@click.option("--email", default="", metavar="TEXT", help="Of the staff.")
@click.option("--mobile", default="", metavar="TEXT", help="Of the staff.")
@click.option("--time", "at", default="", metavar="TIME", help="When; default: now.")
@click.option("-o", "--output", required=True, type=PATH, metavar="OUT.edxml", help="The status message.")
@FORCE_OPTION
@seal_options
@common_options
def status(
    console: Console,
    envelope: Path,
    code: str,
    reason: str,
    organ: str,
    at: str,
    output: Path,
    force: bool,
    **options: Any,
) -> int:
    """Answer a message with a status (lập gói tin trạng thái). Nothing is sent.

    13 is made from the message that was sent; 15 and 16 from a recall, an update or a status 13. For 02 the message is
    opened where no reason is given: what is certainly wrong with it is the reason.
    """
    if code == "02" and not reason.strip():
        reason = _found(console, envelope)
    read = inspect_message(envelope)
    spec = StatusSpec(
        code=code,
        at=read_time(console, at) if at else datetime.now(UTC),
        reason=reason,
        organ=OrganId(value=organ) if organ else None,
        staff=_staff(**{name: options[name] for name in ("staff", "department", "email", "mobile")}),
    )
    message = status_for(read.message, spec)
    data, detached = seal_message(pack_status(message), open_seal(console, options))
    for place in (output, detached_path(output)):
        require_free(place, force=force or place == envelope)  # of an input the next line has more to say
    with open_output(output, [envelope]) as target:
        target.write(data)
    if detached is not None:
        write_file(detached_path(output), detached, inputs=[envelope])
    sender, receiver = str(message.sender.id), str(message.response_for.organ_id)
    console.emit({"path": str(output), "code": message.code, "from": sender, "to": receiver})
    console.result(
        console.text(
            "status {code} written: {path}: from {sender} to {receiver}",
            code=message.code,
            path=output,
            sender=sender,
            receiver=receiver,
        )
    )
    return 0


def _found(console: Console, envelope: Path) -> str:
    """What is certainly wrong with a message, in the language of its sender; nothing where nothing is."""
    limits = MessageLimits()
    with late_worker(None, Limits()) as started:
        opened = open_envelope(console, envelope, None, None, started, limits.message_bytes >> 20)
    return refusal_text(opened, "vi")


def _staff(staff: str, department: str, email: str, mobile: str) -> Staff | None:
    if not (staff or department or email or mobile):
        return None
    return Staff(name=staff, department=department, email=email, mobile=mobile)
