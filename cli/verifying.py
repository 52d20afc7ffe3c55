"""``edocs verify``: the verdict on each file, for people or as JSON Lines.

This process reads arguments and writes results; trust and documents are read in a worker that can be killed. So it
imports no PDF library, and one cold start is waited for, not two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from edocs._folders import find_pdfs
from edocs._trust.policy_file import load_policy
from edocs.connect import TrustRecipe
from edocs.errors import EdocsError, UnreadableError
from edocs.model import HANOI, VerificationOptions, VerificationReport
from edocs.supervised import SupervisedVerifier

from .arguments import POLICY_OPTION, read_time
from .console import FORCE_OPTION, PATH, Console, common_options, worst
from .limits import limit_options, read_limits
from .once import OnceCommand
from .online import CACHE_OPTION, ONLINE_OPTION, cache_folder
from .progress import spoken
from .trusting import TRUST_OPTION, trust_paths
from .verdict_report import REPORT_OPTION, require_report, write_report
from .verdicts import EXIT_CODES, report_text


@click.command(cls=OnceCommand)
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")
@TRUST_OPTION
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
@limit_options
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
    max_seconds: float,
    max_memory: int,
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
    recipe = TrustRecipe(paths=(*trust_paths(console, trust), *crl), roles=roles, at=options.at)
    if report is not None:
        require_report(report, force=force)
    limits = read_limits(max_seconds, max_memory, online=online)
    found: list[VerificationReport] = []
    passwords: dict[str, str] = {}
    with SupervisedVerifier(recipe, limits) as verifier:
        for error in verifier.kept_out:
            console.error(error)
        code = worst(error.exit_code for error in verifier.kept_out)
        ask = _asking(console, passwords) if password else None
        codes = list(_judge(console, verifier, _named(console, paths), (options, ask), found if report else None))
    if not codes:
        raise UnreadableError("no PDF found", hint="folders are searched for names that end in .pdf")
    if report is not None:
        write_report(report, found, console.lang, options.at or datetime.now(HANOI), passwords, limits)
    return worst([*codes, code])


def _named(console: Console, paths: Sequence[Path]) -> Iterator[Path]:
    return find_pdfs(paths, lambda path: console.say("named more than once, and verified once: {path}", path=path))


def _asking(console: Console, passwords: dict[str, str]) -> Callable[[Path], str]:
    def ask(path: Path) -> str:
        passwords[str(path)] = console.ask_secret(f"password of {path.name}")
        return passwords[str(path)]

    return ask


def _judge(
    console: Console,
    verifier: SupervisedVerifier,
    paths: Iterable[Path],
    how: tuple[VerificationOptions, Callable[[Path], str] | None],
    found: list[VerificationReport] | None,
) -> Iterator[int]:
    """Verify, show, keep, and give out the exit code of each."""
    options, ask = how
    advance = spoken(console)
    for path in paths:
        try:
            report = verifier.verify(path, replace(options, password=ask(path)) if ask else options)
        except EdocsError as error:
            console.error(error, path)
            yield error.exit_code
        else:
            if found is not None:
                found.append(report)
            console.emit(report.as_dict(console.lang))
            if not console.json:
                console.result(report_text(report, console.lang))
            yield EXIT_CODES[report.verdict]
        advance()
