"""The notebooks run from top to bottom, and each is the pair of its script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))

EXECUTE = """
import sys, nbclient, nbformat
from pathlib import Path
source, target = map(Path, sys.argv[1:])
notebook = nbformat.read(source, as_version=4)
resources = {"metadata": {"path": str(source.parent)}}
nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
nbformat.write(notebook, target)
"""


def sources(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_the_pair_of_its_script(path: Path) -> None:
    script = jupytext.read(path.with_suffix(".py"))
    assert sources(nbformat.read(path, as_version=4)) == sources(script)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_the_table_and_the_map(path: Path, tmp_path: Path) -> None:
    done = tmp_path / path.name
    # a kernel speaks over local sockets, which this process may not open
    result = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(path), str(done)], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-2000:]
    shown = [
        output.get("data", {}).get("text/html", "")
        for cell in nbformat.read(done, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    assert any('class="dataframe"' in html for html in shown)
    assert shown[-1].startswith("<iframe sandbox=")
