"""The design's order of modules, held: a module imports only modules above it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "routemap"
ORDER = [
    *("errors", "dates", "claims", "speeds", "intake", "geography", "places", "networks"),
    *("routing", "model", "timing", "checks", "hypotheses", "flows", "provenance", "style"),
    *("export", "webmap", "picture", "publish", "batch", "cli"),
]
NO_REPORTS = {"geography", "places", "networks", "routing"}
REPORTS = {"dates", "claims", "intake"}
LAZY = {("model", "webmap")}
"""`RouteModel._repr_html_` imports `webmap` inside the method: the one import against the order."""


def modules() -> list[str]:
    files = PACKAGE.rglob("*.py")
    names = (".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)
    names = (name for name in names if not name.endswith("__main__"))
    return sorted(name.removesuffix(".__init__") for name in names)


def noun(name: str) -> str:
    """Return the module of the design that a dotted name belongs to; empty for the package."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(name: str) -> set[str]:
    """Return the nouns that a module imports, `if TYPE_CHECKING` left out."""
    path = PACKAGE.parent.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {noun(one.name) for one in node.names if one.name.startswith("routemap.")}
        elif isinstance(node, ast.ImportFrom) and node.module == "routemap":
            found |= {one.name for one in node.names if one.name in ORDER}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("routemap."):
            found.add(noun(node.module or ""))
    return found


def test_every_module_is_in_the_design() -> None:
    assert {noun(name) for name in modules()} - {""} <= set(ORDER)


@pytest.mark.parametrize("name", [name for name in modules() if noun(name)])
def test_a_module_imports_only_modules_above_it(name: str) -> None:
    own = noun(name)
    below = {
        other
        for other in imports(name) - {own}
        if ORDER.index(other) > ORDER.index(own) and (own, other) not in LAZY
    }
    assert not below, f"{name} imports {below}, which stand below it"


@pytest.mark.parametrize("name", [name for name in modules() if noun(name) in NO_REPORTS])
def test_places_and_lines_know_no_reports(name: str) -> None:
    assert not imports(name) & REPORTS


@pytest.mark.parametrize("name", modules())
def test_a_module_can_be_imported_alone(name: str) -> None:
    code = f"import {name}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


HEAVY = {
    *("pandas", "geopandas", "folium", "branca", "networkx", "scipy", "shapely", "pyproj"),
    *("pydantic", "rapidfuzz", "jinja2", "numpy", "ruamel", "matplotlib"),
}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        (["locate", "Vladivostok", "--country", "RU", "--json"], {"numpy"}),
        (
            ["route", "131.88,43.11", "37.66,55.78", "--mode", "rail", "--json"],
            {"numpy", "pyproj"},
        ),
    ],
)
def test_the_command_line_imports_only_what_it_uses(
    arguments: list[str], allowed: set[str]
) -> None:
    code = (
        "import sys\n"
        "from routemap.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert end.code in (None, 0), end.code\n"
        "print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert set(result.stderr.split()) & HEAVY <= allowed
