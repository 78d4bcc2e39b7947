"""Building the worked case: time, memory and sizes of the whole process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers import peak_mb

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "case"
        command = [
            sys.executable,
            "-m",
            "routemap",
            "build",
            "data/dprk-russia-2023",
            "-o",
            str(out),
        ]
        seconds = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - begin)
        print(f"build of the worked case: median {statistics.median(seconds):.2f} s", end=", ")
        print(f"peak memory {peak_mb(command)} MB")
        for file in sorted(out.iterdir()):
            print(f"  {file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
