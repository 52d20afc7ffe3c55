"""``edocs verify``: the verdict on each file, for people or as JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from edocs.audit import find_pdfs
from edocs.errors import EdocsError, UnreadableError
from edocs.model import HANOI, VerificationOptions
from edocs.verify import agency_name, load_policy, load_roles, verify_pdf

from .arguments import POLICY_OPTION, read_time
from .console import FORCE_OPTION, PATH, Console, common_options, worst
from .evidence import CACHE_OPTION, ONLINE_OPTION, cache_folder
from .trusting import read_trust
from .verdict_report import REPORT_OPTION, require_report, write_report
from .verdicts import EXIT_CODES, report_text


@click.command()
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")
@click.option(
    "--trust",
    "-t",
    multiple=True,
    type=PATH,
    help="Roots, CAs, CRLs, pins, trusted lists; default: what edocs trust has.",
)
@click.option("--crl", multiple=True, type=PATH, help="Certificate revocation lists.")
@click.option("--roles", type=PATH, help="TOML file: pins, policy OIDs, agency names.")
@POLICY_OPTION
@click.option("--at", metavar="TIME", help="Judge as of this time (ISO 8601; without a zone: Vietnam's).")
@click.option("--require-revocation", is_flag=True, help="INDETERMINATE where revocation cannot be checked.")
@click.option("--show-ids", is_flag=True, help="Show national identity numbers in full.")
@ONLINE_OPTION
@CACHE_OPTION
@click.option("--password", is_flag=True, help="Ask for the password of encrypted files (see --secrets).")
@REPORT_OPTION
@FORCE_OPTION
@common_options
def verify(
    console: Console,
    *,
    paths: Sequence[Path],
    trust: Sequence[Path],
    crl: Sequence[Path],
    roles: Path | None,
    policy: str,
    at: str | None,
    require_revocation: bool,
    show_ids: bool,
    online: bool,
    cache: Path | None,
    password: bool,
    report: Path | None,
    force: bool,
) -> int:
    """Verify the signatures of PDFs (xác thực chữ ký số). A folder stands for the PDFs in it.

    Exit code: 0 all passed, 1 one failed, 3 one is indeterminate or not signed, 4 one is unreadable.
    """
    options = VerificationOptions(
        policy=load_policy(policy),
        at=read_time(console, at) if at else None,
        require_revocation=require_revocation,
        show_identity=show_ids,
        online=online,
        cache=cache_folder(cache),
    )
    store, code = read_trust(console, trust, crl, options.at)
    if roles is not None:
        store = load_roles(roles, store, agency_name)
    if report is not None:
        require_report(report, force=force)
    codes = []
    found = []
    for path in find_pdfs(paths):
        try:
            if password:
                options = replace(options, password=console.ask_secret(f"password of {path.name}"))
            verdict = verify_pdf(path, store, options)
        except EdocsError as error:
            console.error(error, path)
            codes.append(error.exit_code)
            continue
        codes.append(EXIT_CODES[verdict.verdict])
        found += [verdict] if report is not None else []
        console.emit(verdict.as_dict(console.lang))
        if not console.json:
            console.result(report_text(verdict, console.lang))
    if not codes:
        raise UnreadableError("no PDF found", hint="folders are searched for names that end in .pdf")
    if report is not None:
        write_report(report, found, console.lang, options.at or datetime.now(HANOI), options.password)
    return worst([*codes, code])
