"""Which layers Keras has saved before it comes upon them again. (Files: `tied*.keras` in test_old_keras.py.)"""

from __future__ import annotations

from netviz.readers.plan import Entry, Plan
from netviz.readers.sharing import repeated


def entry(name: str, shared: int | None = None, plan: Plan | None = None, units: int = 4) -> Entry:
    return Entry(name, "Dense", "keras.layers", {"name": name, "units": units}, None, plan, shared=shared)


def plan(*entries: Entry) -> Plan:
    return Plan(entries, (), ())


def test_the_second_of_a_number_is_a_repeat() -> None:
    inner = entry("inner", plan=plan(entry("a", 7), entry("b")))
    assert repeated(plan(inner, entry("a", 7), entry("b"))) == {"a"}
    assert repeated(plan(entry("a", 7), inner)) == {"inner/a"}


def test_the_first_may_have_no_number() -> None:
    inner = entry("inner", plan=plan(entry("a")))
    assert repeated(plan(inner, entry("a", 7))) == {"a"}
    assert repeated(plan(inner, entry("a", 7, units=5))) == frozenset()


def test_what_a_repeated_model_holds_is_not_looked_at_twice() -> None:
    inner = entry("inner", 3, plan(entry("a", 7)))
    outer = entry("outer", plan=plan(inner))
    assert repeated(plan(outer, inner)) == {"inner"}


def test_namesakes_without_numbers_are_layers_of_their_own() -> None:
    assert repeated(plan(entry("one", plan=plan(entry("a"))), entry("a"))) == frozenset()
