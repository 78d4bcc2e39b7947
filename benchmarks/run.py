"""Run every benchmark, one after the other."""

from __future__ import annotations

import platform
from importlib import import_module

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {platform.machine()}")
    names = ("rail", "sea", "build", "accuracy", "places", "checks")
    for name in (f"bench_{one}" for one in names):
        print(f"== {name}")
        import_module(name).main()
