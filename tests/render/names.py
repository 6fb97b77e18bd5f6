"""Names as a stranger's file may have them: what every output language has to be shielded from."""

from __future__ import annotations

HOSTILE = (
    "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "<!-- ", "&lt;b&gt;", "\" onload='x'",
    "a|b", "`x`", "[x](javascript:alert(1))", "![x](http://x.org/x)", "**b** _i_ ~~s~~ $x$", "# h", "- l",
    "=cmd()", "+1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "a;=1", "-3",
    "\x1b[31mred", "\x9b2J", "\x00", "two\nlines", "cr\r\n", "\u202erevo", "\ud800", "\u200b", "\ufeff", "\u3164",
    "\\", "\\end{tabular}", "%", "a & b", "{", "}", "^~#$_", "[2pt]", "*", "--", "?`", "漢字のレイヤー", "e\u0301",
    "🙂", " ", "  two  spaces  ", "?", "…", "x" * 100_000, "conv2d_block_12/kernel_regularizer.l2:0" * 9,
    "", "</title><script>", "]]>", "</script>", "\x1b]0;title\x07", "\x1b]8;;http://x.org\x1b\\link\x1b]8;;\x1b\\",
    "\u2066left\u2069", "\u2028", "\x85", "\udcff\ud800", "a\u0300\u0301\u0302" * 40, "👨‍👩‍👧",
    "<http://x.org>", "www.x.org",
    "x@y.org", "1. l", "+ l", "> q", "---", "===", "| --- |", "    code", "~~~", "&#60;", "\\|", "\\\\|",
    "[^1]", "[x]:y",
    '"]; x [label="', "\\N", "</svg>", "<?php ?>", "${7*7}", "{{7*7}}", "%s%n", "\"\"\"", "'; --",
    "\\input{/etc/passwd}",
    "\\write18{ls}", "^^M", "$$", "~", "=HYPERLINK(\"http://x.org\")", "\uff1dcmd()", "\v=1", "\f", "\x7f",
    "\U000e0041",
)  # fmt: skip
"""Control and escape sequences, markup of each language, formulas, what is invisible or reorders, and sheer length."""
