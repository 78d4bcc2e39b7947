"""A set of outputs: whole and together, or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import glob
import hashlib
import os
import secrets
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from routemap import checks, export, webmap
from routemap.errors import OutputError
from routemap.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routemap.model import RouteModel

__all__ = ["MANIFEST", "outputs", "publish"]

MANIFEST = "manifest.json"
STALE_S = 3600.0


def outputs(model: RouteModel) -> dict[str, bytes]:
    """Return the files of a model by name, the manifest left out: same model, same bytes."""
    findings = [finding.to_dict() for finding in checks.check(model)]
    return {
        "map.html": webmap.page(model).encode(),
        "legs.geojson": export.to_bytes(export.legs_collection(model)),
        "stretches.geojson": export.to_bytes(export.stretches_collection(model)),
        "places.geojson": export.to_bytes(export.places_collection(model)),
        "findings.json": export.to_bytes(findings),
    }


def publish(model: RouteModel, folder: str | os.PathLike[str], options: Mapping[str, Any]) -> Path:
    """Write every output of a model and its manifest into `folder`, at once; return the folder.

    Parameters
    ----------
    model
        The model.
    folder
        Where to. It may exist if it is empty or holds an older result of routemap, which is then
        replaced; a folder with anything else in it is left alone.
    options
        What goes into the manifest as the options; problems go into it too.

    Raises
    ------
    OutputError
        A file could not be written, or the folder holds files that are not routemap's. What stood
        there before is untouched. `ArgumentError` if `folder` is no path.

    Notes
    -----
    The files are written into a temporary folder beside the target, synchronised to the disk, and
    exchanged with the target in one step where the system can (Linux: ``renameat2``). Elsewhere the
    older result is renamed away first: a kill between the two renames leaves it beside the target.
    """
    named, target = export.resolved(folder)
    try:
        _refuse_foreign(target)
        files = _with_manifest(model, outputs(model), options)
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        _replace(target, files)
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        cure = "Nothing was changed. Free space, or choose another folder with -o."
        raise OutputError(f"{target} was not written: {reason}. {cure}") from error
    return named


def _with_manifest(
    model: RouteModel, files: Mapping[str, bytes], options: Mapping[str, Any]
) -> dict[str, bytes]:
    manifest = {
        **provenance(model),
        "options": dict(options),
        "problems": [asdict(problem) for problem in model.problems],
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return {**files, MANIFEST: export.to_bytes(manifest)}


def _refuse_foreign(target: Path) -> None:
    """Raise `OutputError` if replacing `target` would lose something that is not ours."""
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{target} is a file. Choose a folder with -o.")
    if target == Path.cwd():
        raise OutputError(
            f"{target} is the current folder, and would be replaced as a whole. "
            "Name a folder inside it with -o, such as -o out."
        )
    foreign = sorted({entry.name for entry in target.iterdir()} - _written_before(target))
    if foreign:
        raise OutputError(
            f"{target} holds files that are not routemap's ({', '.join(foreign[:3])}). "
            "Choose an empty or new folder with -o."
        )


def _written_before(folder: Path) -> set[str]:
    """Return the names of the files that the manifest in `folder` lists, its own among them."""
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, *manifest["outputs"]} if manifest["routemap"] else set()
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return set()


def _replace(target: Path, files: Mapping[str, bytes]) -> None:
    mode = target.stat().st_mode if target.exists() else None
    fresh = target.with_name(_prefix(target) + secrets.token_hex(8))
    fresh.mkdir(0o777 if mode is None else 0o700)
    try:
        _fill(fresh, files.items())
        if mode is not None:
            fresh.chmod(mode)
        _swap(fresh, target)
        _sync_folder(target.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _prefix(target: Path) -> str:
    return f".{target.name[:40]}.routemap-"


def _fill(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, data in files:
        with (folder / name).open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Synchronise the names in a folder to the disk, where the file system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)


def _swap(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`; what stood there ends under the name of `fresh`."""
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        older = fresh.with_name(fresh.name + "-older")
        target.rename(older)
        try:
            fresh.rename(target)
        except OSError:
            older.rename(target)
            raise
        older.rename(fresh)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot.

    Linux has renameat2 with RENAME_EXCHANGE (1 << 1) since 3.15; see rename(2).
    """
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here = -100  # AT_FDCWD of <fcntl.h>
    return call is not None and call(here, os.fsencode(one), here, os.fsencode(other), 2) == 0


def _sweep(target: Path) -> None:
    """Remove what a run that was killed over an hour ago left beside the target."""
    if not (target / MANIFEST).exists():
        return
    for left in target.parent.glob(f"{glob.escape(_prefix(target))}*"):
        with contextlib.suppress(FileNotFoundError):  # another run swept it
            if time.time() - left.stat().st_mtime > STALE_S:
                shutil.rmtree(left, ignore_errors=True)
