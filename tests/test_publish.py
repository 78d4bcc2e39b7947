"""A set of outputs: whole and together, or not at all, and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import routemap
from routemap import publish
from routemap.errors import ArgumentError, OutputError

if TYPE_CHECKING:
    from routemap.model import RouteModel

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"
OUTPUTS = {"map.html", "legs.geojson", "stretches.geojson", "places.geojson", "findings.json"}
TINY = "legs: [{id: leg, origin: '131.9,43.1', destination: '132.3,42.9', mode: air}]"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> RouteModel:
    file = tmp_path_factory.mktemp("tiny") / "case.yaml"
    file.write_text(TINY)
    return routemap.build(routemap.read_case(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def is_whole(folder: Path) -> bool:
    """Return whether a folder holds what its manifest says, and no more."""
    held = contents(folder)
    outputs = json.loads(held.pop("manifest.json"))["outputs"]
    return outputs == {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}


def test_all_outputs_appear_with_a_true_manifest(model: RouteModel, tmp_path: Path) -> None:
    folder = publish.publish(model, tmp_path / "new" / "out", {"partial": False})
    assert folder == tmp_path / "new" / "out"
    assert {file.name for file in folder.iterdir()} == {*OUTPUTS, "manifest.json"}
    assert is_whole(folder)
    assert [one.name for one in folder.parent.iterdir()] == ["out"]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert set(manifest) == {
        *("routemap", "python", "router", "inputs", "assets", "options", "borders", "problems"),
        *("read", "accepted", "rejected", "outputs"),
    }
    assert manifest["options"] == {"partial": False}
    assert manifest["problems"] == []


def test_permissions_are_those_of_any_new_file(model: RouteModel, tmp_path: Path) -> None:
    folder = publish.publish(model, tmp_path / "out", {})
    (tmp_path / "any").mkdir()
    (tmp_path / "any" / "file").touch()
    assert folder.stat().st_mode == (tmp_path / "any").stat().st_mode
    for file in folder.iterdir():
        assert file.stat().st_mode == (tmp_path / "any" / "file").stat().st_mode


def test_the_mask_of_the_process_is_never_changed(
    model: RouteModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(mask: int) -> int:
        raise AssertionError(f"the mask of the whole process became {mask:o}")

    monkeypatch.setattr(os, "umask", changed)
    assert is_whole(publish.publish(model, tmp_path / "out", {}))
    assert routemap.to_geojson(model, tmp_path / "legs.geojson").exists()


def test_what_is_no_path_is_refused(model: RouteModel) -> None:
    with pytest.raises(ArgumentError, match=r"^None is no path"):
        publish.publish(model, None, {})  # type: ignore[arg-type]  # that is the point


def test_an_older_result_is_replaced_with_its_permissions_kept(
    model: RouteModel, tmp_path: Path
) -> None:
    folder = publish.publish(model, tmp_path / "out", {"run": 1})
    folder.chmod(0o750)
    publish.publish(model, folder, {"run": 2})
    assert json.loads((folder / "manifest.json").read_bytes())["options"] == {"run": 2}
    assert is_whole(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_and_a_link_to_a_result_are_used(model: RouteModel, tmp_path: Path) -> None:
    folder, link = tmp_path / "out", tmp_path / "link"
    folder.mkdir()
    publish.publish(model, folder, {"run": 1})
    link.symlink_to(folder)
    publish.publish(model, link, {"run": 2})
    assert link.is_symlink()
    assert is_whole(folder)
    assert json.loads((folder / "manifest.json").read_bytes())["options"] == {"run": 2}
    assert {one.name for one in tmp_path.iterdir()} == {"out", "link"}


def test_the_problems_of_a_partial_build_are_in_manifest_and_findings(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("legs: [{id: leg, origin: Nowhere at all, destination: RU, mode: sea}]")
    partial = routemap.build(routemap.read_case(file), partial=True)
    folder = publish.publish(partial, tmp_path / "out", {"partial": True})
    (problem,) = json.loads((folder / "manifest.json").read_bytes())["problems"]
    assert (problem["kind"], problem["row"]) == ("not-found", "leg")
    findings = json.loads((folder / "findings.json").read_bytes())
    assert findings[0]["rule"] == "left-out"


# What is not routemap's is left alone


@pytest.mark.parametrize(
    "files",
    [
        {"notes.txt": "mine"},
        {"map.html": "mine"},
        {"manifest.json": '{"name": "a web app"}'},
        {"manifest.json": '["routemap"]'},
        {"manifest.json": "not JSON", "map.html": ""},
    ],
)
def test_a_folder_with_other_files_is_refused(
    model: RouteModel, tmp_path: Path, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(OutputError, match="not routemap's") as caught:
        publish.publish(model, tmp_path, {})
    assert min(files) in str(caught.value)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == files


def test_a_file_added_to_a_result_is_not_lost(model: RouteModel, tmp_path: Path) -> None:
    folder = publish.publish(model, tmp_path / "out", {})
    (folder / "legs.qmd").write_text("styled by hand")
    before = contents(folder)
    with pytest.raises(OutputError, match=r"not routemap's \(legs\.qmd\)"):
        publish.publish(model, folder, {})
    assert contents(folder) == before


def test_the_current_folder_and_a_file_are_refused(
    model: RouteModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="is the current folder"):
        publish.publish(model, ".", {})
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        publish.publish(model, "file", {})
    assert (tmp_path / "file").read_text() == "mine"


# All or nothing


@pytest.mark.parametrize("name", ["file/out", "/proc/out", "/dev/null/out", "a" * 300])
def test_a_place_that_cannot_be_written_is_named(
    model: RouteModel, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"was not written: .+\. Nothing was changed\."):
        publish.publish(model, tmp_path / name, {})
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


FULL_DISK = """
import resource, sys
import routemap
from routemap import publish
from routemap.errors import OutputError
model = routemap.build(routemap.read_case(sys.argv[1]))
publish.publish(model, sys.argv[2], {"run": 1})
for limit in (0, 1000, 20_000, 200_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        publish.publish(model, sys.argv[2], {"run": 2})
    except OutputError as error:
        print(error)
"""


def test_a_full_disk_leaves_the_older_result(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(TINY)
    folder = tmp_path / "out"
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path / "case.yaml", folder],
        capture_output=True,
        text=True,
    )
    assert (told.returncode, told.stderr) == (0, "")
    message = f"{folder} was not written: File too large. Nothing was changed."
    assert told.stdout.count(message) == 4
    assert is_whole(folder)
    assert json.loads((folder / "manifest.json").read_bytes())["options"] == {"run": 1}
    assert {one.name for one in tmp_path.iterdir()} == {"case.yaml", "out"}


KILLED = """
import os, random, signal, sys, time
import routemap
from routemap import publish
model = routemap.build(routemap.read_case(sys.argv[1]))
sets = [publish._with_manifest(model, publish.outputs(model), {"run": run}) for run in (1, 2)]
from pathlib import Path
target, chance = Path(sys.argv[2]), random.Random(7)
publish._replace(target, sets[0])
for trial in range(60):
    child = os.fork()
    if child == 0:
        while True:
            for files in sets:
                publish._replace(target, files)
    time.sleep(chance.uniform(0, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    held = {file.name: file.read_bytes() for file in target.iterdir()}
    assert held in sets, (trial, sorted(held))
    for left in target.parent.glob(".out.routemap-*"):
        print(left.name)
        publish.shutil.rmtree(left)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the exchange is Linux's")
def test_a_kill_at_any_moment_leaves_a_whole_result(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(TINY)
    told = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "case.yaml", tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout, "no kill hit a write: the test proves nothing"
    assert is_whole(tmp_path / "out")


def test_without_an_exchange_the_older_result_is_renamed_away_and_back(
    model: RouteModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "_exchange", lambda one, other: False)
    folder = publish.publish(model, tmp_path / "out", {"run": 1})
    publish.publish(model, folder, {"run": 2})
    assert json.loads((folder / "manifest.json").read_bytes())["options"] == {"run": 2}
    before, rename = contents(folder), Path.rename

    def fail_for_the_fresh(self: Path, target: Path) -> Path:
        if target == folder and not self.name.endswith("-older"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_fresh)
    with pytest.raises(OutputError, match="No space left on device"):
        publish.publish(model, folder, {"run": 3})
    assert contents(folder) == before
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_run_left_is_swept_after_an_hour(model: RouteModel, tmp_path: Path) -> None:
    folder = publish.publish(model, tmp_path / "out", {})
    stale, fresh = tmp_path / ".out.routemap-stale", tmp_path / ".out.routemap-fresh"
    for left in (stale, fresh):
        left.mkdir()
        (left / "map.html").write_text("half")
    long_ago = time.time() - 2 * publish.STALE_S
    os.utime(stale, (long_ago, long_ago))
    publish.publish(model, folder, {})
    assert {one.name for one in tmp_path.iterdir()} == {"out", ".out.routemap-fresh"}


# The same bytes each time


def test_two_builds_in_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    builds = []
    for seed in ("0", "4242"):
        work = tmp_path / seed
        work.mkdir()
        command = [sys.executable, "-m", "routemap", "build", CASE, "-o", work / "out", "--json"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{len(seed)}"}
        builds.append(
            subprocess.Popen(
                command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
    told = [build.communicate() for build in builds]
    assert [build.returncode for build in builds] == [0, 0], told
    one, other = (contents(tmp_path / seed / "out") for seed in ("0", "4242"))
    assert set(one) == {*OUTPUTS, "manifest.json"}
    assert one == other
    assert is_whole(tmp_path / "0" / "out")
    assert str(tmp_path).encode() not in b"".join(one.values())
