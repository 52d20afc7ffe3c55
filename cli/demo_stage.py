"""Commands run before the user's eyes: the line as it can be typed, what it really prints, and how it ends.

Each is a process of its own, in the folder of the demo, as it would be for a user. Nothing is shown that did not run.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edocs.errors import UnavailableError
from edocs.locale import language_of

from .console import Console

__all__ = ["Stage"]

_INDENT = "    "


@dataclass(slots=True, kw_only=True)
class Stage:
    """One run of the demo: its place, its steps so far, and which of them went wrong."""

    console: Console
    folder: Path
    environment: Mapping[str, str]
    """What the commands get besides the user's own environment."""
    step: int = 0
    commands: int = 0
    failures: list[str] = field(default_factory=list)
    """Lines of the commands that did not end as they should, and checks that did not hold."""
    started_s: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.started_s

    def heading(self, template: str, /, **params: object) -> None:
        """Begin the next step."""
        self.step += 1
        self.console.result(f"\n{self.step}. {self.console.text(template, **params)}")

    def explain(self, template: str, /, **params: object) -> None:
        """Say something about the step."""
        self.console.result(f"   {self.console.text(template, **params)}")

    def edocs(self, *arguments: object, expected: int = 0, shown: Callable[[str], bool] = bool) -> int:
        """Run ``edocs`` with ``arguments``.

        Args:
            expected: The exit code that is right.
            shown: Which lines of the output to show; the others are counted.
        """
        words = [*map(str, arguments), *self._language()]
        return self._run([sys.executable, "-m", "edocs.cli", *words], ["edocs", *words], expected, shown)

    def witness(self, program: str, path: str, *words: str, says: Sequence[str]) -> None:
        """Run another maker's program over a result; ``says`` must stand in what it prints."""
        self._run([path, *words], [program, *words], 0, bool, says)

    def finding(self, template: str, holds: bool, /, **params: object) -> None:
        """A finding of the demo itself; one that does not hold makes the demo fail."""
        text = self.console.text(template, **params)
        self.console.result(f"{_INDENT}{'✓' if holds else '✗'} {text}")
        if not holds:
            self.failures.append(text)

    def _language(self) -> tuple[str, ...]:
        lang = self.console.lang
        return () if lang == language_of(os.environ) else ("--lang", lang)

    def _run(
        self,
        command: Sequence[str],
        typed: Sequence[str],
        expected: int,
        shown: Callable[[str], bool],
        says: Sequence[str] = (),
    ) -> int:
        line = subprocess.list2cmdline(typed) if sys.platform == "win32" else shlex.join(typed)
        self.console.result(f"{_INDENT}$ {line}")
        start = time.monotonic()
        code, output = self._output(command)
        self.commands += 1
        self._show(output.splitlines(), shown)
        seconds = f"{time.monotonic() - start:.1f}"
        if code == expected:
            self.finding("exit code {code}, as it should be ({seconds} s)", True, code=code, seconds=seconds)
        else:
            self.finding(
                "exit code {code}, but {expected} was expected: {line}", False, code=code, expected=expected, line=line
            )
        for text in says:
            if text not in output:
                self.finding("“{text}” is missing from what it prints: {line}", False, text=text, line=line)
        fields = {"step": self.step, "command": list(typed), "exit_code": code, "expected": expected, "output": output}
        self.console.emit({"schema": "edocs.demo/1", **fields})
        return code

    def _output(self, command: Sequence[str]) -> tuple[int, str]:
        try:
            done = subprocess.run(  # noqa: S603 - our own commands, and witnesses that were looked up
                command,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as exc:
            why = exc.strerror or exc
            raise UnavailableError("program does not start: {path}: {why}", path=command[0], why=why) from exc
        return done.returncode, done.stdout

    def _show(self, lines: Sequence[str], shown: Callable[[str], bool]) -> None:
        chosen = [line for line in lines if shown(line)]
        for line in chosen:
            self.console.result(f"{_INDENT}{line}".rstrip())
        if len(chosen) < (full := sum(map(bool, lines))):
            self.console.result(_INDENT + self.console.text("({count} more lines)", count=full - len(chosen)))
