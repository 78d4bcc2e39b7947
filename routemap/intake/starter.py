"""A commented case to start from."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from routemap.errors import OutputError
from routemap.intake.raw import path_of

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["write_starter"]


def write_starter(folder: str | os.PathLike[str]) -> Path:
    """Write the starter case into `folder`, which must be new or empty; return the file's path.

    Raises `OutputError` if the folder holds something or cannot be written, `ArgumentError` if
    `folder` is no path.
    """
    folder = path_of(folder)
    target = folder / "case.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty. Name a new folder.")
        target.write_bytes(files("routemap").joinpath("assets/starter/case.yaml").read_bytes())
    except FileExistsError:
        raise OutputError(f"{folder} is a file. Name a new folder.") from None
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{target} was not written: {error.strerror}.") from error
    return target
