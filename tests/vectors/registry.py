"""What a vector is: a builder, and the outcome that verification must reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from edocs.model import Policy

if TYPE_CHECKING:
    from .bench import Bench

Builder = Callable[["Bench"], bytes]


class Outcome(StrEnum):
    """The closed list."""

    FAILED = "failed"
    """TOTAL_FAILED."""
    REFUSED = "refused"
    """TOTAL_FAILED, INDETERMINATE or UNREADABLE: several things are wrong, and any may be met first."""
    UNCLEAR = "unclear"
    """INDETERMINATE: the signature holds, and whether it counts is not certain."""
    NOT_SIGNED = "not-signed"
    """NOT_SIGNED: nothing is left that anybody signed."""
    TIME_UNPROVEN = "time-unproven"
    """Passes, and the time is not taken from the timestamp."""
    PASSED = "passed"
    """TOTAL_PASSED."""


class Effect(StrEnum):
    """What a manipulation changes for the reader."""

    SHOWN = "shown"
    """Some page looks different from what was signed."""
    TEXT = "text"
    """A page gives other text to search and copying, and looks the same."""
    INVISIBLE = "invisible"
    """Neither; the vector says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One file to be."""

    name: str
    about: str
    build: Builder
    outcome: Outcome
    rules: tuple[str, ...] = ()
    """Of a manipulated file one reason must begin with one of these; empty: any reason will do."""
    effect: Effect = Effect.INVISIBLE
    signed: str = "plain"
    """Of a manipulated file: the file whose pages were signed, by its name on the bench."""
    policy: Policy = Policy.AS_DOCMDP
    """Of a lawful file: the policy under which it passes."""
    refused_under: tuple[Policy, ...] = ()
    """Of a lawful file: stricter policies under which it must not pass."""
    family: str = ""
    password: str = ""
    policies: tuple[Policy, ...] = (Policy.DECREE_30, Policy.AS_DOCMDP)
    """Of a manipulated file: the policies under which it must not pass."""

    @property
    def is_lawful(self) -> bool:
        return self.outcome is Outcome.PASSED


VECTORS: dict[str, Vector] = {}


def attack(
    name: str,
    *rules: str,
    effect: Effect = Effect.INVISIBLE,
    outcome: Outcome = Outcome.FAILED,
    signed: str = "plain",
    policies: tuple[Policy, ...] = (Policy.DECREE_30, Policy.AS_DOCMDP),
) -> Callable[[Builder], Builder]:
    """Register the builder of a manipulated file; its docstring says what was done."""

    def register(build: Builder) -> Builder:
        add_vector(
            Vector(
                name=name,
                about=(build.__doc__ or "").strip(),
                build=build,
                outcome=outcome,
                rules=rules,
                effect=effect,
                signed=signed,
                policies=policies,
                family=build.__module__.rsplit(".", 1)[-1].removeprefix("attacks_"),
            )
        )
        return build

    return register


def lawful(
    name: str, policy: Policy = Policy.STRICT, *refused_under: Policy, password: str = ""
) -> Callable[[Builder], Builder]:
    """Register the builder of a lawful file: it passes under ``policy``, and not under ``refused_under``."""

    def register(build: Builder) -> Builder:
        add_vector(
            Vector(
                name=name,
                about=(build.__doc__ or "").strip(),
                build=build,
                outcome=Outcome.PASSED,
                policy=policy,
                refused_under=refused_under,
                password=password,
                family=build.__module__.rsplit(".", 1)[-1],
            )
        )
        return build

    return register


def add_vector(vector: Vector) -> None:
    if vector.name in VECTORS:
        raise ValueError(f"two vectors of one name: {vector.name}")
    if not vector.about:
        raise ValueError(f"a vector that says nothing of itself: {vector.name}")
    VECTORS[vector.name] = vector
