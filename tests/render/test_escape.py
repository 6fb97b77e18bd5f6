from __future__ import annotations

import html as stdlib_html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.escape import csv, elide, html, latex, markdown, terminal, visible

ANY = st.text(st.characters(), max_size=60)


@given(ANY)
def test_visible_text_is_printable_and_stays_what_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown
    assert shown == text or len(shown) > len(text)
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv2d_1/kernel:0", "conv2d_1/kernel:0"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202eevil", "\\u202eevil"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u00a0b\u3164", "a\\xa0b\\u3164"),
        ("é 漢字 🙂", "é 漢字 🙂"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert terminal(text) == shown


def test_long_names_keep_both_ends_and_tell_their_length() -> None:
    short = elide("a" + "x" * 99_998 + "b")
    assert short.startswith("axxx")
    assert short.endswith("xxxb (100,000 characters)")
    assert len(short) <= 500
    assert elide("x" * 500) == "x" * 500


@given(ANY)
def test_html_reads_as_the_visible_text(text: str) -> None:
    assert stdlib_html.unescape(html(text)) == visible(text)
    assert not set("<>\"'") & set(html(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("block_1_conv", "block_1_conv"),
        ("_private_", "\\_private\\_"),
        ("a * b", "a * b"),
        ("**b**", "\\*\\*b\\*\\*"),
        ("a|b", "a\\|b"),
        ("`x`", "\\`x\\`"),
        ("a < b", "a < b"),
        ("<b>", "&lt;b>"),
        ("&amp;", "&amp;amp;"),
        ("R&D", "R&D"),
        ("# h", "\\# h"),
        ("c#", "c#"),
        ("[a](b)", "\\[a](b)"),
        ("https://x.org", "https\\://x.org"),
        ("a\nb", "a\\\\nb"),
        ("\\", "\\\\"),
        ("(None, 28, 28, 1)", "(None, 28, 28, 1)"),
    ],
)
def test_markdown_escapes_only_what_would_take_effect(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize("text", ["=1+1", "@x", "+cmd|' /C calc'!A0", "-x", " =1", "\uff1d1", "-2+3+cmd|'x'!A"])
def test_csv_formulas_are_neutralised(text: str) -> None:
    assert csv(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "+1.5e-3", "-3 + 1", "9·8 + 8", "a=b", "", "a-b"])
def test_csv_leaves_arithmetic_and_names(text: str) -> None:
    assert csv(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b & 50%", "a\\_b \\& 50\\%"),
        ("\\{}$#^~", "\\textbackslash{}\\{\\}\\$\\#\\textasciicircum{}\\textasciitilde{}"),
        ("3·3×2", "3$\\cdot$3$\\times$2"),
        ("[2pt]", "{[}2pt]"),
        ("a--b", "a-{}-b"),
        ("é", "é"),
        ("ŷ = x²₁", "\\^{y} = x\\textsuperscript{2}\\textsubscript{1}"),
        ("Σ", "$\\Sigma$"),
        ("漢", "\\textbackslash{}u6f22"),
    ],
)
def test_latex(text: str, shown: str) -> None:
    assert latex(text) == shown
