"""Names made harmless, one function per output language.

Every name in a model file is hostile until it has been through here. What a terminal, a browser or
an editor would swallow, reorder or obey is written visibly (ESC as \\x1b, a bidi override as \\u202e);
what means something in the language is quoted its way. The functions take text from outside,
never text that netviz has already marked up.
"""

from __future__ import annotations

import html as _html
import re

LONGEST_NAME = 500
"""A name of more characters than this is elided in the middle."""

# Printable by Python's account, yet invisible: Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties.txt)
# apart from the unassigned and the format characters, and the blank Braille pattern.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

_MARKDOWN = re.compile(
    r"""
      [\\`|\[$]                     # code, cells, links, formulas
    | (?<!\w)_++ | (?<!_)_++(?!\w)  # emphasis: underscores between letters have no effect
    | \*(?=\S) | (?<=\S)\*          # emphasis: a star among spaces has none
    | ~(?=[~\S]) | (?<=\S)~
    | <(?=[A-Za-z/!?])              # tags, comments, autolinks
    | &(?=\#?\w+;)                  # entities
    | ^(?:\#|>|[-+](?=\s))          # headings, quotations, lists
    | (?<=https)?:(?=//)            # bare links
    | (?<=www)\.
    | (?<=[a-z0-9.+_-])@(?=[a-z0-9._-]*\.)  # mail addresses
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARKDOWN_INSTEAD = {"<": "&lt;", "&": "&amp;", "@": "\\\\x40"}
"""What is not quoted by a backslash. GitHub makes a link of a mail address however its characters are quoted."""

# Leading characters that make a spreadsheet compute, full-width forms too (OWASP, "CSV Injection").
_CSV_FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_CSV_ARITHMETIC = re.compile(r"[+\-][\d.,+\-*/()·×eE ]*")

_GREEK = (
    ("α", "alpha"), ("β", "beta"), ("γ", "gamma"), ("δ", "delta"), ("ε", "varepsilon"), ("η", "eta"), ("θ", "theta"),
    ("λ", "lambda"), ("μ", "mu"), ("µ", "mu"), ("π", "pi"), ("σ", "sigma"), ("τ", "tau"), ("φ", "varphi"),
    ("ω", "omega"), ("Δ", "Delta"), ("Σ", "Sigma"), ("Φ", "Phi"), ("Ω", "Omega"), ("∑", "Sigma"),
)  # fmt: skip

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "%": r"\%",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "·": r"$\cdot$", "×": r"$\times$", "…": r"\ldots{}", "−": "$-$", "→": r"$\to$",
    "∞": r"$\infty$", "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$", "≠": r"$\neq$", "±": r"$\pm$",
    "←": r"$\leftarrow$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "⋮": r"$\vdots$", "⋯": r"$\cdots$",
    "⊕": r"$\oplus$", "⊗": r"$\otimes$", "√": r"$\surd$", "°": r"$^{\circ}$", "ŷ": r"\^{y}",
    "–": r"\textendash{}", "—": r"\textemdash{}", "‘": r"\textquoteleft{}", "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}", "”": r"\textquotedblright{}",
    **{char: rf"\textsuperscript{{{place}}}" for place, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{char: rf"\textsubscript{{{place}}}" for place, char in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    **{char: rf"$\{name}$" for char, name in _GREEK},
    "[": "{[}", "*": "{*}",  # after the end of a row they would be its options
    "-": "-{}", ",": ",{}", "`": "{`}",  # no ligatures: two hyphens are not a dash
}  # fmt: skip
_LATEX_SPECIAL = re.compile(r"[\\{}$&#_^~%<>|\[*`]|-(?=-)|,(?=,)|[^ -~À-ÏÑ-ÖØ-Ýß-ïñ-öø-ýÿ]")


def elide(name: str) -> str:
    """`name`, or its two ends around an ellipsis and its length where it is unreasonably long."""
    if len(name) <= LONGEST_NAME:
        return name
    end = LONGEST_NAME // 2 - 20
    return f"{name[:end]}…{name[-end:]} ({len(name):,} characters)"


def visible(text: str) -> str:
    """`text` in printable characters only: the others as \\n, \\x1b, \\u202e or \\U000e0041, lone surrogates too."""
    if text.isprintable():
        return text if text.isascii() else _INVISIBLE.sub(lambda found: _code(found[0]), text)
    return "".join(char if char.isprintable() and not _INVISIBLE.match(char) else _code(char) for char in text)


def _code(char: str) -> str:
    number = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def terminal(name: str) -> str:
    """`name` for a terminal or a plain text file."""
    return visible(elide(name))


def html(name: str) -> str:
    """`name` for the text and the quoted attributes of HTML."""
    return _html.escape(visible(elide(name)))


def svg(name: str) -> str:
    """`name` for the text and the quoted attributes of SVG; no character is left that XML does not allow."""
    return _html.escape(visible(elide(name)))


def markdown(name: str) -> str:
    """`name` as inline text of GitHub's Markdown, also inside of a table."""
    return _MARKDOWN.sub(
        lambda found: _MARKDOWN_INSTEAD.get(found[0], "\\" + "\\".join(found[0])), visible(elide(name))
    )


def csv(name: str) -> str:
    """`name` as a CSV cell that no spreadsheet computes; whole, and not yet quoted.

    What would start a formula gets a leading apostrophe. Plain arithmetic such as "-3" is left as it is.
    """
    name = visible(name)
    return f"'{name}" if _CSV_FORMULA.match(name) and not _CSV_ARITHMETIC.fullmatch(name) else name


def latex(name: str) -> str:
    """`name` for running text and cells of LaTeX, with any engine.

    Characters that pdflatex's own fonts lack are written by their code, since it stops at them.
    """
    return _LATEX_SPECIAL.sub(
        lambda found: _LATEX.get(found[0]) or _LATEX["\\"] + _code(found[0])[1:], visible(elide(name))
    )


def dot(name: str) -> str:
    """`name` for the inside of a quoted string of DOT: it neither ends there, nor means anything in a label.

    Source: the DOT language. The parser knows only the escape of a quotation mark; labels know more of them (\\N, \\l),
    and the entities of HTML.
    """
    return visible(elide(name)).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
