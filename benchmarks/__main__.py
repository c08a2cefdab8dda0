"""`make bench`: run every benchmark, print its table and keep it in `docs/benchmarks/` with the machine it ran on.

Each module of this folder with a function `run() -> str` is a benchmark; its docstring heads its page.
`python -m benchmarks NAME ...` runs some of them.
"""

import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from foramen import __version__

HERE = Path(__file__).parent
KEPT = HERE.parent / "docs" / "benchmarks"


def machine() -> str:
    """What the figures belong to, in one line."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.platform(terse=True)}, Python {platform.python_version()}"
    return f"{cores} cores of {model}, {memory:.0f} GiB, {system}"


def main(names: list[str]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in names or sorted(m.name for m in iter_modules([str(HERE)])):
        module = import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        began = time.perf_counter()
        table = module.run()
        seconds = time.perf_counter() - began
        heading, _, rest = (module.__doc__ or name).strip().partition("\n")
        foot = f"Foramen {__version__}, {time.strftime('%Y-%m-%d')}, {machine()}; {seconds:.0f} s in all."
        page = f"# {heading.rstrip('.')}\n\n{rest.strip()}\n\n{table.strip()}\n\n{foot}\n"
        print(page, flush=True)
        (KEPT / f"{name}.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main([name for name in sys.argv[1:] if name != "__main__"])
