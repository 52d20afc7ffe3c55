"""``--online --cache``: whether the services that certificates name are asked. Imports no PDF library."""

from __future__ import annotations

from pathlib import Path

import click

ONLINE_OPTION = click.option("--online", is_flag=True, help="Ask the OCSP responders and CRLs that certificates name.")
CACHE_OPTION = click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where their answers are kept; default: the user's folder for edocs.",
)


def cache_folder(given: Path | None) -> Path:
    """Where answers about revocation are kept: what ``--cache`` says, else the user's folder for edocs."""
    return given or Path(click.get_app_dir("edocs")) / "revocation"
