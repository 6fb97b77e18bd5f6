"""However Graphviz ends, there is one line to read, and no process and no file is left."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from importlib import util
from pathlib import Path

import pytest

from netviz.errors import MissingDependency, NetvizError, UsageError
from netviz.render.layout import Node, Plan, Splines, engine, lay_out, lay_out_all
from tests.conftest import ROOT
from tests.render.layout.plans import problems, residual_chain

PLAN = residual_chain(2)


def scripted(monkeypatch: pytest.MonkeyPatch, code: str) -> list[subprocess.Popen[bytes]]:
    """Let a Python script stand in for the embedded engine; the processes that are started."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setitem(engine._COMMANDS, "embedded", lambda: ([sys.executable, "-c", code], "\0"))
    monkeypatch.setattr(subprocess, "Popen", Noted)
    return started


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.abort()", "signal 6"),
        ("import sys; sys.exit('out of memory\\n')", "out of memory"),
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import sys; sys.stdin.read(); print('{}')", "no layout that can be read"),
        ("import sys; sys.stdin.read(); print('[1]')", "no layout that can be read"),
        ("import sys; sys.stdin.read(); print('gar\\x00bage')", "no layout that can be read"),
        ("import sys; sys.stdin.read(); sys.stdout.buffer.write(b'\\xff')", "no layout that can be read"),
        ("import sys; sys.stdin.read()", "no layout that can be read"),
        ("import sys; sys.stdin.close()", "no layout that can be read"),
    ],
)
def test_a_failure_is_one_line(monkeypatch: pytest.MonkeyPatch, code: str, said: str) -> None:
    started = scripted(monkeypatch, code)
    with pytest.raises(NetvizError) as caught:
        lay_out(PLAN)
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert [process.poll() is not None for process in started] == [True]


@pytest.mark.parametrize(("splines", "advice"), [("ortho", 'splines="spline"'), ("spline", "fold")])
def test_the_hint_says_what_to_do(monkeypatch: pytest.MonkeyPatch, splines: Splines, advice: str) -> None:
    scripted(monkeypatch, "import os; os.abort()")
    with pytest.raises(NetvizError) as caught:
        lay_out(dataclasses.replace(PLAN, splines=splines))
    assert advice in caught.value.hint


def test_a_layout_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    started = scripted(monkeypatch, "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(NetvizError, match=r"more than 0\.2 s"):
        lay_out(PLAN, timeout=0.2)
    assert time.monotonic() - began < 30
    assert [process.poll() is not None for process in started] == [True]


def test_an_interruption_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = scripted(monkeypatch, "import time; time.sleep(60)")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores it
    try:
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            lay_out(PLAN)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [process.poll() is not None for process in started] == [True]


def test_graphviz_that_crashes_gives_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that is no DOT, and too little memory: what the real worker says."""
    with pytest.raises(NetvizError) as caught:
        engine.run(["digraph{"], engine="embedded", timeout=60)
    assert "\n" not in caught.value.message
    monkeypatch.setattr(engine, "MEMORY", 64 << 20)
    with pytest.raises(NetvizError):
        engine.run(["digraph{a}"], engine="embedded", timeout=60)


def test_without_pygraphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match="pygraphviz"):
        lay_out(PLAN)


def test_without_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingDependency, match="dot"):
        lay_out(PLAN, engine="dot")


def test_an_unknown_engine() -> None:
    with pytest.raises(UsageError, match="neato"):
        lay_out(PLAN, engine="neato")  # type: ignore[arg-type]


def test_the_system_dot_is_another_way_to_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `dot` on the PATH that hands its input to the worker, and notes what it was asked for."""
    command, _ = engine._COMMANDS["embedded"]()
    script = f"""#!{sys.executable}
import pathlib, subprocess, sys
pathlib.Path({str(tmp_path / "asked")!r}).write_text(" ".join(sys.argv[1:]))
graphs = sys.stdin.read().replace("}}\\ndigraph", "}}\\0digraph")
sys.stdout.write(subprocess.run({command!r}, input=graphs, text=True, capture_output=True, check=True).stdout)
"""
    dot = tmp_path / "dot"
    dot.write_text(script)
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lay_out(PLAN, engine="dot") == lay_out(PLAN)
    assert (tmp_path / "asked").read_text() == "-Kdot -Tjson"


def test_the_installed_dot() -> None:
    from shutil import which

    if which("dot") is None:
        pytest.skip("no Graphviz is installed beside pygraphviz's")
    assert problems(PLAN, lay_out(PLAN, engine="dot")) == []


def test_no_file_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    lay_out(PLAN)
    assert list(tmp_path.iterdir()) == []


def test_the_worker_needs_nothing_of_the_environment(tmp_path: Path) -> None:
    """Run isolated, from a folder with modules of the same names as those it imports."""
    for name in ("tempfile", "json", "pygraphviz", "geometry"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')")
    code = (
        "import sys; sys.path.remove(''); from tests.render.layout.plans import residual_chain;"
        "from netviz.render.layout import lay_out; print(len(lay_out(residual_chain(2)).places))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "9\n", done.stderr


def test_a_plan_without_forks_takes_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = scripted(monkeypatch, "raise SystemExit(1)")
    plan = residual_chain(4)
    chain = Plan(plan.children, tuple(link for link in plan.links if "add" not in link.head), plan.direction)
    assert problems(chain, lay_out(chain)) == []
    assert started == []


def test_many_plans_take_as_few_processes_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [PLAN, residual_chain(3, clustered=True), PLAN, residual_chain(5), Plan((), ())]
    alone = [lay_out(plan) for plan in plans]
    started = scripted(monkeypatch, "")
    monkeypatch.setitem(engine._COMMANDS, "embedded", engine._embedded)
    assert lay_out_all(plans) == alone
    rounds = len(started)
    started.clear()
    for plan in plans:
        lay_out(plan)
    assert rounds < len(started)


def test_what_fails_takes_nothing_along() -> None:
    found = engine.run_each(["digraph{a->b}", "digraph{", "digraph{c}"], engine="embedded", timeout=60)
    assert isinstance(found[1], NetvizError)
    assert [len(one["objects"]) for one in found if not isinstance(one, NetvizError)] == [2, 1]


def test_what_takes_too_long_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest is tried first, and what is left when the time is over has failed."""
    code = "import sys, time; sys.stdin.read(); print('{}'); sys.stdout.flush(); time.sleep(60)"
    started = scripted(monkeypatch, code)
    began = time.monotonic()
    found = engine.run_each(["longer", "long", "the longest"], engine="embedded", timeout=0.5)
    assert time.monotonic() - began < 30
    assert found[1] == {}
    assert all(isinstance(one, NetvizError) and "more than 0.5 s" in one.message for one in (found[0], found[2]))
    assert [process.poll() is not None for process in started] == [True]


def test_a_plan_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    simple = Plan((Node("a", 10, 10),), ())
    scripted(monkeypatch, "import os; os.abort()")
    failed, placed = lay_out_all([PLAN, simple])
    assert isinstance(failed, NetvizError) and "signal 6" in failed.message
    assert placed == lay_out(simple)
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    monkeypatch.setitem(engine._COMMANDS, "embedded", engine._embedded)
    missing, placed = lay_out_all([PLAN, simple])
    assert isinstance(missing, MissingDependency) and placed == lay_out(simple)
