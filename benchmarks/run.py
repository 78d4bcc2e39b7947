"""Run every benchmark, one after the other."""

from __future__ import annotations

import platform
from importlib import import_module

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for name in ("bench_rail", "bench_sea", "bench_build", "bench_accuracy", "bench_places"):
        print(f"== {name}")
        import_module(name).main()
