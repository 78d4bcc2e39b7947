"""Run the command line: ``python -m routemap``."""

from routemap.cli import main

main()
