"""The fuzzer by hand: `python -m tests.fuzz --seeds 100000 --jobs 2`, `--seed N`, `--minimise FOLDER`."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from tests.fuzz import findings
from tests.fuzz.pool import Answer, Counts, Worker, run, scratch

EACH = 3
"""Findings of one cause that are kept."""


def main() -> int:
    """0 where nothing was found, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many are read")
    parser.add_argument("--start", type=int, default=0, help="the first")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read")
    parser.add_argument("--seed", type=int, help="read this one alone, and tell all of it")
    parser.add_argument("--minimise", type=Path, metavar="FOLDER", help=f"a finding (they are in {findings.KEPT})")
    options = parser.parse_args()
    if options.minimise:
        print(findings.minimise(options.minimise, print))
        return 0
    if options.seed is not None:
        return one(options.seed)
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs are made deaf to the first
        signal.signal(number, signal.default_int_handler)
    begin = time.monotonic()
    bar = Bar(options.seeds)
    counts = run(range(options.start, options.start + options.seeds), options.jobs, told=bar.tell)
    bar.end()
    print("\n".join(report(counts, time.monotonic() - begin)))
    return 1 if counts.findings else 0


class Bar:
    """How far it is, on a terminal; and findings kept when they come, a few of each cause."""

    def __init__(self, seeds: int) -> None:
        self._seeds, self._shown, self._begin = seeds, 0.0, time.monotonic()

    def tell(self, counts: Counts, answer: Answer) -> None:
        if answer["finding"] and len(counts.findings[answer["finding"]["line"]]) <= EACH:
            findings.keep(answer)
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._shown > 0.2:
            self._shown = now
            done, rate = counts.seeds / max(1, self._seeds), counts.seeds / max(0.01, now - self._begin)
            bar = "█" * int(30 * done)
            found = sum(map(len, counts.findings.values()))
            sys.stderr.write(f"\r{bar:░<30} {counts.seeds:,} seeds, {rate:.0f} per second, {found} findings ")
            sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")


def report(counts: Counts, seconds: float) -> list[str]:
    """The lines that say what came of a run."""
    lines = [f"{counts.seeds:,} seeds in {seconds:.0f} s", "", f"{'format':18} {'seeds':>8} {'read':>8} {'refused':>8}"]
    for format_, outcomes in sorted(counts.outcomes.items()):
        seeds = sum(outcomes.values())
        lines.append(f"{format_:18} {seeds:8,} {outcomes['read']:8,} {outcomes['refused']:8,}")
    found = sum(map(len, counts.findings.values()))
    lines += [
        "",
        f"slowest: {counts.slowest[0]:.2f} s (seed {counts.slowest[1]}), "
        f"on average {1000 * counts.seconds / max(1, counts.seeds):.1f} ms",
        f"largest peak of memory: {counts.largest[0] >> 20} MiB (seed {counts.largest[1]})",
        f"read a second time for being slow: {counts.retried}",
        f"findings: {found}, of {len(counts.findings)} causes",
    ]
    for line, answers in sorted(counts.findings.items(), key=lambda item: -len(item[1])):
        kind, first = answers[0]["finding"]["kind"], ", ".join(str(answer["seed"]) for answer in answers[:4])
        lines.append(f"  {len(answers):6} {kind}: {line}   (seeds {first})")
    return lines


def one(seed: int) -> int:
    with scratch() as folder:
        worker = Worker(folder / "worker")
        answer = worker.read({"seed": seed})
        worker.close()
    found = answer["finding"]
    print(
        f"seed {seed}: {answer['format']}, {answer['outcome']}, {answer['seconds']:.2f} s, {answer['peak'] >> 20} MiB"
    )
    if found:
        print(f"{found['kind']}: {found['line']}\n{found['details']}\nkept in {findings.keep(answer)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
