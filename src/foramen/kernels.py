"""The one place where a Python function becomes machine code.

Numba ships no types for its decorators; this module gives them one, so that a kernel's signature stays checked.
"""

import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

# Numba aborts the process when Python threads share its own "workqueue" layer; OpenMP is safe wherever its
# system library is present, and Numba falls through this list by itself where it is not.
os.environ.setdefault("NUMBA_THREADING_LAYER_PRIORITY", "omp tbb workqueue")

P = ParamSpec("P")
R = TypeVar("R")


def kernel(*, parallel: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile the decorated function at its first call and keep the machine code for later processes.

    Parameters
    ----------
    parallel : bool
        Spread `prange` loops over the machine's cores.
    """

    def compile_on_first_call(function: Callable[P, R]) -> Callable[P, R]:
        import numba

        jitted: Any = numba.njit(cache=True, parallel=parallel, error_model="numpy")(function)
        return cast("Callable[P, R]", jitted)

    return compile_on_first_call
