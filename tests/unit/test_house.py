"""The rules of the house, held for every module: errors, public names, docstrings, the command table."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest

import edocs
import edocs.cli
from edocs.cli.console import EXIT_ORDER
from edocs.cli.main import COMMANDS, EXIT_DEFECT, EXIT_INTERRUPTED, EXIT_UNREAD
from edocs.errors import EdocsError
from edocs.locale import translate


@cache
def modules() -> dict[str, bool]:
    """Every module's name, and whether it is a package. Nothing but packages is imported for it."""
    found = {
        info.name: info.ispkg
        for package in (edocs, edocs.cli)
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not info.name.endswith("__main__")
    }
    return {"edocs": True, "edocs.cli": True, **found}


def module_names() -> list[str]:
    return sorted(modules())


def source(name: str) -> str:
    return Path(str(importlib.import_module(name).__file__)).read_text(encoding="utf-8")


def own_definitions(module: ModuleType) -> dict[str, object]:
    return {
        name: value
        for name, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
    }


def error_classes() -> list[tuple[str, type[BaseException]]]:
    return [
        (f"{name}.{label}", value)
        for name in module_names()
        for label, value in own_definitions(importlib.import_module(name)).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    ]


def test_the_walk_sees_every_layer() -> None:
    assert {"edocs.errors", "edocs.model.verdict", "edocs.cli.main", "edocs.engines.local"} <= set(module_names())


def test_every_exception_is_an_edocs_error() -> None:
    assert [name for name, kind in error_classes() if not issubclass(kind, EdocsError)] == []


def test_every_error_has_an_exit_code_of_the_contract() -> None:
    kinds = [kind for _, kind in error_classes() if issubclass(kind, EdocsError)]

    assert {kind.exit_code for kind in kinds} <= {1, 2, 4, 5, 6, 7}


@pytest.mark.parametrize("name", module_names())
def test_every_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(ast.parse(source(name))) or not source(name).strip()


@pytest.mark.parametrize("name", [name for name in module_names() if not name.startswith("edocs.cli")])
def test_all_is_true(name: str) -> None:
    """Names in ``__all__`` exist, once each; what a module defines and does not list begins with an underscore."""
    module = importlib.import_module(name)
    own = {label for label in own_definitions(module) if not label.startswith("_")}
    listed = getattr(module, "__all__", None)

    assert listed is not None or not own, "public names and no __all__"
    assert [label for label in listed or [] if not hasattr(module, label)] == []
    assert len(listed or []) == len(set(listed or []))
    assert own - set(listed or []) == set()


@pytest.mark.parametrize("name", [name for name, is_package in sorted(modules().items()) if is_package])
def test_no_public_name_hides_a_submodule(name: str) -> None:
    package = importlib.import_module(name)
    submodules = {label for _, label, _ in pkgutil.iter_modules(package.__path__)}
    public = {*getattr(package, "__all__", ()), *getattr(package, "_HOME", {})}

    assert submodules & public == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_the_table_is_there(name: str) -> None:
    command = getattr(importlib.import_module(COMMANDS[name][0], "edocs.cli"), name)

    assert isinstance(command, click.Command)
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_common_options(name: str) -> None:
    command = getattr(importlib.import_module(COMMANDS[name][0], "edocs.cli"), name)

    assert {"lang", "as_json", "quiet", "secrets"} <= {option.name for option in command.params}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_listed_in_vietnamese(name: str) -> None:
    text = COMMANDS[name][1]

    assert translate(text, "vi") != text


@pytest.mark.parametrize("name", module_names())
def test_edocs_is_imported_at_the_top_of_a_module(name: str) -> None:
    """Start-up time needs three late places: ``edocs/__init__``, ``connect`` and the command line."""
    tree = ast.parse(source(name))
    late = [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("edocs"))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("edocs") for alias in node.names))
    ]

    if not name.startswith("edocs.cli"):
        assert late == []


@pytest.mark.parametrize("name", module_names())
def test_a_module_is_no_longer_than_a_reader_bears(name: str) -> None:
    lines = source(name).splitlines()

    assert len(lines) <= 400


@pytest.mark.parametrize("name", module_names())
def test_a_function_does_one_step(name: str) -> None:
    tree = ast.parse(source(name))
    long = [
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and (function.end_lineno or 0) - function.lineno >= 60
    ]

    assert long == []


def guide(name: str) -> str:
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_guide_lists_every_command(name: str) -> None:
    assert f"`{name}`" in guide("cli.md")


def test_the_guide_lists_every_exit_code_and_their_order() -> None:
    codes = {kind.exit_code for _, kind in error_classes() if issubclass(kind, EdocsError)}
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", guide("cli.md"), re.MULTILINE)}

    assert listed == codes | {0, 3, EXIT_DEFECT, EXIT_INTERRUPTED, EXIT_UNREAD}
    assert ", ".join(map(str, EXIT_ORDER)) in guide("cli.md")


@pytest.mark.parametrize("command", ["report", "find", "pack"])
def test_a_command_loads_no_pdf_library_that_it_does_not_need(command: str) -> None:
    """Cold starts are waited for: pyHanko alone takes longer than these commands."""
    module = f"edocs.cli{COMMANDS[command][0]}"
    script = f"import sys, {module}; print('pyhanko' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert said == "False\n"
