"""The command line: parse, call, print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

import routemap
from routemap.cli import case, query
from routemap.cli.show import message
from routemap.errors import (
    AmbiguousPlaceError,
    ArgumentError,
    BuildError,
    InputError,
    NoRouteError,
    PlaceNotFoundError,
    RoutemapError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["exit_code", "main", "routemap_command"]

DONE, FAILED, USAGE, REJECTED, NOT_FOUND = range(5)


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


for command in (*case.COMMANDS, *query.COMMANDS):
    routemap_command.add_command(command)


def exit_code(error: RoutemapError) -> int:
    """Return the exit code of an error, as DESIGN section 4 has them."""
    if isinstance(error, BuildError):
        missing = all(problem.kind in {"not-found", "no-route"} for problem in error.carried)
        return NOT_FOUND if missing else REJECTED
    if isinstance(error, InputError | AmbiguousPlaceError):
        return REJECTED
    if isinstance(error, NoRouteError | PlaceNotFoundError):
        return NOT_FOUND
    return USAGE if isinstance(error, ArgumentError) else FAILED


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exits with DESIGN's codes. `arguments` default to the process's own."""
    try:
        routemap_command.main(arguments, prog_name="routemap", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        message("Stopped; nothing was written.")
        sys.exit(FAILED)
    except RoutemapError as error:
        message(f"routemap: {error}")
        sys.exit(exit_code(error))
