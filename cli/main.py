"""The ``edocs`` command: its table of subcommands, and the edge where errors become messages and exit codes."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from difflib import get_close_matches
from gettext import ngettext

import click

from edocs._version import __version__
from edocs.errors import EdocsError, OutputError
from edocs.locale import translate

from .console import LANGUAGE_OPTION, Console, drop_output
from .language import asked_language, localized, run_language, speaking

# A command's module is imported only when it runs or shows its own help: `edocs --help` stays under 150 ms.
COMMANDS: dict[str, tuple[str, str]] = {
    "approve": (".signing", "Reserve number, date and seal, then sign as the person in authority."),
    "issue": (".signing", "Fill in number and date, then sign as the agency."),
    "appendix": (".acting", "Sign files that go with a document, as the agency."),
    "copy": (".acting", "Sign electronic copies: sao y, sao lục, trích sao."),
    "arrive": (".acting", "Number a document that arrived, verify it, and write the ĐẾN sheet."),
    "sign": (".signing", "Sign PDFs."),
    "extend": (".extending", "Raise signatures to a level, or renew their evidence."),
    "verify": (".verifying", "Verify the signatures of PDFs."),
    "audit": (".auditing", "Verify folders of PDFs on all cores; JSON Lines out."),
    "pack": (".exchanging", "Pack a document and its attachments into an edXML message."),
    "unpack": (".opening", "Unpack an edXML message and compare its attachments."),
    "inspect": (".opening", "Show what an edXML message says and carries."),
    "status": (".answering", "Answer an edXML message: arrived, accepted, refused, recalled."),
    "register": (".registering", "Enter issued documents, with their verification, in the register."),
    "find": (".finding", "Find documents in the register."),
    "report": (".reporting", "Signed share by agency, level, month and type, compared."),
    "indicators": (".indicating", "List indicators, check your own, and show what they come to."),
    "figures": (".figuring", "Import figures that other systems count, and show them."),
    "targets": (".targeting", "Check targets, and show who reaches them."),
    "amend": (".amending", "Correct, exclude, recall …: what happened to a registered document."),
    "prove": (".proving", "What the register's log proves: checkpoints, inclusion, growth."),
    "fsck": (".proving", "Check the register against its log, and against checkpoints."),
    "backup": (".proving", "Copy a register while it is used: file or PostgreSQL, there and back."),
    "agencies": (".agencies", "Look at a directory of agencies as a tree with dates."),
    "export": (".exporting", "Write the register's documents as Parquet, a folder a month."),
    "trust": (".trusting", "The roots, pins and trusted lists that are believed: add, list, remove, check."),
    "demo": (".demo", "The whole main job on a sample document, step by step."),
    "doctor": (".doctor", "What is installed, what is missing, and how to get it."),
}

EXIT_DEFECT = 70  # a defect of edocs itself (sysexits EX_SOFTWARE); everything foreseen has 0 to 7
EXIT_INTERRUPTED = 130
EXIT_UNREAD = 141  # as a shell says of a command whose reader has gone
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class CommandTable(click.Group):
    """The subcommands, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a document's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0], __package__)
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong table is a defect, found by a test
        return localized(command, run_language())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; of a name that is none, what it may have been meant to be."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = [repr(name) for name in get_close_matches(args[0], COMMANDS)]
            if not near:
                raise
            text = ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", len(near))
            hint = text.format(possibility=near[0], possibilities=", ".join(near))
            raise click.UsageError(f"{error.format_message()} {hint}", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, from the table alone."""
        lang = run_language()
        with formatter.section(translate("Commands", lang)):
            formatter.write_dl([(name, translate(text, lang)) for name, (_, text) in COMMANDS.items()])


@click.command(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="edocs")
@LANGUAGE_OPTION
def edocs(lang: str | None) -> None:
    """Sign, verify, exchange and count official documents (ký số, xác thực, trao đổi và thống kê văn bản)."""
    del lang  # asked_language has found it


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code (``docs/cli.md``)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Windows consoles and pipes: Vietnamese needs UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    lang = asked_language(arguments, os.environ)
    with speaking(lang):
        return _run_in(lang, arguments)


def _run_in(lang: str, arguments: list[str]) -> int:
    try:
        # Not edocs.main: it ends the process with 1 where nobody reads any more, and 1 says that a signature failed.
        with localized(edocs, lang).make_context("edocs", list(arguments), obj=lang) as context:
            result = context.command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt, EOFError):
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except EdocsError as error:  # one that a command did not catch in its own language
        Console(lang=lang).error(error)
        return error.exit_code
    except BrokenPipeError:
        drop_output()
        return EXIT_UNREAD
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            drop_output()
            full = OutputError("standard output cannot be written: {why}", hint="make room", why=error.strerror)
            Console(lang=lang).error(full)
            return full.exit_code
        if os.environ.get("EDOCS_DEBUG"):
            raise
        message = translate(
            "internal error ({kind}): this is a defect of edocs; please report it with EDOCS_DEBUG=1 set",
            lang,
            kind=type(error).__name__,
        )
        click.echo(f"edocs: {message}", err=True)
        return EXIT_DEFECT
    return result if isinstance(result, int) else 0
