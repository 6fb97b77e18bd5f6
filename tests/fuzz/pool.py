"""Workers that read seeds, and the one who counts: kills what hangs, replaces what dies, sums up what they say."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from tests.fuzz import bounds

ROOT = Path(__file__).parents[2]
START = 120.0
"""Seconds until a worker has loaded and read every sample, on a busy machine."""

MEMORY = Path("/dev/shm")
"""Where files are written to that never reach a disk."""

Answer = dict[str, Any]


@contextmanager
def scratch() -> Iterator[Path]:
    """One folder for everything that is written, in memory where that is possible; it goes with all that is in it."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="netviz-fuzz-", dir=where, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Worker:
    """A process that reads cases one by one; another takes its place when it dies or must be killed."""

    def __init__(self, folder: Path, looking: str = "") -> None:
        self._folder, self._looking = folder, looking
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = folder.with_name(folder.name + ".err")

    def read(self, request: dict[str, Any]) -> Answer:
        """What came of a request; a death or a hang that the worker could not end itself is a finding, too."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process, bounds.SECONDS + bounds.PATIENCE)
        except (BrokenPipeError, EOFError):
            code = process.wait()
            return self._lost(request, "death", f"death by {_ending(code)}")
        except TimeoutError:
            return self._lost(request, "hang", "hang that no alarm ends")
        answer: Answer = json.loads(line)
        return answer

    def close(self) -> None:
        if self._process is not None:
            with suppress(OSError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None

    def _lost(self, request: dict[str, Any], kind: str, line: str) -> Answer:
        self.close()
        said = self._errors.read_text(errors="replace")[-3000:]
        found = {"kind": kind, "line": line, "details": said}
        return {"seed": request.get("seed", -1), "format": "?", "outcome": "found", "seconds": 0.0, "peak": 0,
                "finding": found}  # fmt: skip

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [
                sys.executable,
                "-X",
                "faulthandler",
                "-m",
                "tests.fuzz.worker",
                str(self._folder),
                self._looking,
            ]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
            with self._errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, env=environment,
                    start_new_session=True,
                )  # fmt: skip
            try:
                self._line(self._process, START)
            except (EOFError, TimeoutError) as error:
                self.close()
                raise RuntimeError(f"a worker cannot start: {self._errors.read_text()[-2000:]}") from error
        return self._process

    @staticmethod
    def _line(process: subprocess.Popen[bytes], seconds: float) -> bytes:
        """The next line of the process; raises EOFError where it has ended, TimeoutError where it takes too long."""
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                raise TimeoutError
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line


def _ending(code: int) -> str:
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit {code}"


@dataclass
class Counts:
    """The sum of what came of the seeds read so far."""

    seeds: int = 0
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, -1)
    largest: tuple[int, int] = (0, -1)
    retried: int = 0
    findings: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))

    def add(self, answer: Answer) -> None:
        self.seeds += 1
        self.seconds += answer["seconds"]
        self.outcomes[answer["format"]][answer["outcome"]] += 1
        self.slowest = max(self.slowest, (answer["seconds"], answer["seed"]))
        self.largest = max(self.largest, (answer["peak"], answer["seed"]))
        if answer["finding"]:
            self.findings[answer["finding"]["line"]].append(answer)


def run(
    seeds: Iterable[int],
    jobs: int,
    *,
    looking: str = "",
    told: Callable[[Counts, Answer], None] = lambda counts, answer: None,
) -> Counts:
    """Reads the seeds in so many processes; `told` is called after each of them. An interrupt ends it with the counts.

    What took too long is read a second time, for the machine may have been busy with something else.
    """
    counts, lock, over = Counts(), Lock(), Event()
    wanted = iter(seeds)
    answers: SimpleQueue[Answer | BaseException | None] = SimpleQueue()

    def work(folder: Path) -> None:
        worker = Worker(folder, looking)
        try:
            while not over.is_set():
                with lock:
                    seed = next(wanted, None)
                if seed is None:
                    break
                answer = worker.read({"seed": seed})
                if answer["finding"] and answer["finding"]["kind"] == "hang":
                    answer = {**worker.read({"seed": seed}), "retried": True}
                answers.put(answer)
        except BaseException as error:  # told where it is counted
            answers.put(error)
        finally:
            worker.close()
            answers.put(None)

    with scratch() as folder:
        threads = [Thread(target=work, args=(folder / f"worker-{number}",), daemon=True) for number in range(jobs)]
        for thread in threads:
            thread.start()
        working = len(threads)
        try:
            while working:
                try:
                    answer = answers.get(timeout=0.5)
                except Empty:
                    continue
                if isinstance(answer, BaseException):
                    raise answer
                if answer is None:
                    working -= 1
                    continue
                counts.retried += bool(answer.get("retried"))
                counts.add(answer)
                told(counts, answer)
        except KeyboardInterrupt:
            pass
        finally:
            over.set()
            for thread in threads:
                thread.join(bounds.SECONDS + bounds.PATIENCE)
    return counts
