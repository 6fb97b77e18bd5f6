"""Where the outputs of a run go: kept as they are, or counted and forgotten while the next layer computes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.outputs import Outputs
from netviz.errors import UsageError
from netviz.model import Note

Array = NDArray[Any]

MOST_VALUES = 8 << 30
"""Bytes of outputs that are kept unless more is asked for."""

WAITING = 2
"""Outputs that wait to be counted: they bound the memory, and the network does not wait for one small layer."""


class Kept:
    """All values, batch after batch. Arrays may share memory with tensors; never with what was fed in."""

    def __init__(self, outputs: Outputs, samples: int, max_bytes: int | None) -> None:
        self.outputs = outputs
        self._samples = samples
        self._most = max(MOST_VALUES, max_bytes or 0)
        self._parts: dict[str, list[Array]] = {}
        self._places: dict[str, tuple[str, str]] = {}

    def take(self, name: str, path: str, layer: str, values: Array, fed: list[Array]) -> None:
        """Keeps one output of a batch; `fed` is what was fed to the model."""
        shared = any(np.may_share_memory(values, one) for one in fed)
        self._parts.setdefault(name, []).append(values.copy() if shared else values)
        self._places[name] = path, layer

    def end_batch(self, done: int) -> None:
        """Raises UsageError where all batches would take more memory than may be kept."""
        held = sum(part.nbytes for parts in self._parts.values() for part in parts)
        needed = held * self._samples // max(done, 1)
        if needed > self._most:
            raise UsageError(
                f"all outputs take {needed / 2**30:.1f} GiB, over {self._most / 2**30:.0f}",
                "statistics=True (--statistics) keeps none of them, layers= (--layer) only some; "
                f"max_bytes={needed} (--max-bytes) lets it.",
            )

    def values(self) -> tuple[dict[str, Array], list[Note]]:
        """The values by name, batches joined, and of which outputs they could not be."""
        found: dict[str, Array] = {}
        notes = []
        for name, parts in self._parts.items():
            if len(parts) == 1:
                found[name] = parts[0]
            elif all(part.ndim and part.shape[1:] == parts[0].shape[1:] for part in parts):
                found[name] = np.concatenate(parts)
            else:
                found[name] = parts[0]
                text = f"{name}: its shape differs from batch to batch; the values are those of the first."
                notes.append(Note("info", "batches-differ", self._places[name][0], text))
        return found, notes

    def count(self, values: Mapping[str, Array]) -> Outputs:
        """The figures of the outputs from their values; counted anew, so that it may be interrupted and asked again."""
        counted = replace(self.outputs, found={})
        for name, array in values.items():
            counted.add(name, *self._places[name]).take(array)
        return counted


class Counted:
    """Figures only: each output is counted in a thread of its own and let go."""

    def __init__(self, outputs: Outputs) -> None:
        self.outputs = outputs
        self._waiting: queue.Queue[tuple[Any, Array] | None] = queue.Queue(WAITING)
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(target=self._count, name="netviz-statistics", daemon=True)

    def take(self, name: str, path: str, layer: str, values: Array, fed: list[Array]) -> None:
        """Hands one output of a batch to the thread; waits where that is behind."""
        if self._failed:
            raise self._failed[0]
        self._waiting.put((self.outputs.add(name, path, layer), values))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """While it lasts outputs can be taken; at its end all are counted, or left alone after an error."""
        self._thread.start()
        try:
            yield
        except BaseException:
            with suppress(queue.Empty):
                while True:  # what is not begun yet
                    self._waiting.get_nowait()
            raise
        finally:
            self._waiting.put(None)
            self._thread.join()
        if self._failed:
            raise self._failed[0]

    def _count(self) -> None:
        while (item := self._waiting.get()) is not None:
            activity, values = item
            del item
            try:
                if not self._failed:
                    activity.take(values)
            except BaseException as error:
                self._failed.append(error)
            del activity, values  # else it would be held until the next one comes
