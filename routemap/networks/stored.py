"""Read the shipped arrays of a network, and keep arrays from being written to."""

from __future__ import annotations

import zlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from routemap.errors import AssetError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["frozen", "read_arrays"]


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array that can no longer be written to: itself."""
    array.flags.writeable = False
    return array


def read_arrays(name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the asset `name`; raises `AssetError` if it is missing or damaged."""
    path = files("routemap").joinpath(f"assets/{name}")
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error) as error:
        cure = "Install routemap-osint again."
        raise AssetError(f"assets/{name} is missing or damaged ({error}). {cure}") from error
