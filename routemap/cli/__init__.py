"""The command line: parse, call, print."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

import routemap
from routemap.cli import case, network, place, where
from routemap.cli.codes import DONE, FAILED, error_code
from routemap.cli.show import message
from routemap.errors import RoutemapError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "routemap_command"]


@click.group(
    name="routemap",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  routemap build data/dprk-russia-2023 -o out/dprk     a case in, a map and files out
  routemap check my-case                               what does not hold together
  routemap route Najin Dunay --mode sea                a route between two places
  routemap locate Dunay --country RU                   which place a name means
  routemap new my-case                                 a commented case to start from

Exit codes: 0 done, 1 not written, 2 usage, 3 input rejected or ambiguous, 4 not found or no route.
""",
)
@click.version_option(routemap.__version__, prog_name="routemap")
def routemap_command() -> None:
    """Turn reported movements into a defensible route map."""


for command in (*case.COMMANDS, *where.COMMANDS, *place.COMMANDS, *network.COMMANDS):
    routemap_command.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; exits with DESIGN's codes. `arguments` default to the process's own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = routemap_command.main(arguments, prog_name="routemap", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        message("Stopped; nothing was written.")
        code = FAILED
    except RoutemapError as error:
        message(f"routemap: {error}")
        code = error_code(error)
    except OSError as error:
        code = _unprinted(error)
    sys.exit(code if isinstance(code, int) else DONE)


def _unprinted(error: OSError) -> int:
    """Say that stdout took no more; silent where its reader left, as `head` does."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    if not isinstance(error, BrokenPipeError):
        message(f"routemap: not written: {error.strerror or error}.")
    return FAILED
