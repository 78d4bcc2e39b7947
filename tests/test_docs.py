"""What the documents say works: their commands run, and their fields are those of the outputs."""

from __future__ import annotations

import json
import pkgutil
import re
import shlex
from pathlib import Path

import pytest

import routemap
from routemap.claims import TABLES
from routemap.cli import main
from routemap.intake import schema

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(
    r"^    routemap ((?:route|locate|check) .+?)(?:  +#.*)?$", README, re.MULTILINE
)


@pytest.mark.parametrize("line", QUESTIONS)
def test_the_commands_of_the_readme_run(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as end:
        main(shlex.split(line))
    assert end.value.code == (3 if line == "locate Dunay" else 0)
    assert capsys.readouterr().out


def test_there_are_commands_to_test() -> None:
    assert len(QUESTIONS) >= 6


def test_the_guide_names_every_field_of_a_case() -> None:
    named = set(re.findall(r"`([a-z_]+)`", GUIDE))
    rows = [schema()["$defs"][model.__name__] for model in TABLES.values()]
    fields = {field for row in rows for field in row["properties"]}
    assert fields <= named


def test_the_guide_names_every_column_of_the_files(tmp_path: Path) -> None:
    model = routemap.build(routemap.read_case(ROOT / "data" / "dprk-russia-2023"))
    legs = json.loads(routemap.to_geojson(model, tmp_path / "legs.geojson").read_bytes())
    named = set(re.findall(r"`([a-z_]+)`", GUIDE))
    assert set(legs["features"][0]["properties"]) <= named


def test_the_api_page_names_what_there_is() -> None:
    named = set(re.findall(r"^\| `([A-Za-z_]+)", API, re.MULTILINE))
    modules = {module.name for module in pkgutil.iter_modules(routemap.__path__)}
    assert named <= {*dir(routemap), *modules}


def test_no_page_installs_the_other_distribution() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("routemap/**/*.py")]
    assert not [page for page in pages if "pip install routemap\n" in page.read_text("utf-8")]
