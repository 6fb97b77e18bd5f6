"""Readers with a fault each, to see that the fuzzer would tell."""

from __future__ import annotations

import os
import signal
import time
import warnings
from pathlib import Path
from random import Random

import numpy as np

from netviz.errors import SourceError
from tests.fuzz.bounds import MEMORY
from tests.fuzz.look import require_line, require_text


def sound(path: Path, architecture: Path | None, rng: Random) -> str:
    return "read"


def crash(path: Path, architecture: Path | None, rng: Random) -> str:
    raise KeyError("layers")


def death(path: Path, architecture: Path | None, rng: Random) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return "read"


def hang(path: Path, architecture: Path | None, rng: Random) -> str:
    while True:
        try:
            time.sleep(1)
        except Exception:  # as a reader might that takes whatever damage leads to
            continue


def deaf(path: Path, architecture: Path | None, rng: Random) -> str:
    """A hang that no alarm ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(1000)
    return "read"


def hog(path: Path, architecture: Path | None, rng: Random) -> str:
    np.ones(MEMORY, np.uint8)
    return "read"


def long_line(path: Path, architecture: Path | None, rng: Random) -> str:
    error = SourceError(f"{path}: two lines")
    error.message = f"{path}: two\nlines"
    require_line(error, path.parent)
    return "refused"


def nameless(path: Path, architecture: Path | None, rng: Random) -> str:
    require_line(SourceError("something is wrong"), path.parent)
    return "refused"


def escape(path: Path, architecture: Path | None, rng: Random) -> str:
    require_text("a \x1b]0;title\x07")
    return "read"


def warning(path: Path, architecture: Path | None, rng: Random) -> str:
    warnings.warn("overflow", RuntimeWarning, stacklevel=1)
    return "read"


def opens(path: Path, architecture: Path | None, rng: Random) -> str:
    Path("/etc/passwd").read_bytes()
    return "read"


def starts(path: Path, architecture: Path | None, rng: Random) -> str:
    os.system("true")
    return "read"
