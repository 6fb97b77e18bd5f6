"""The kinds of text in a graph; there are no others."""

from netviz.render.metrics import Face

NAME = Face("n", 13, 16, bold=True)
CLASS = Face("k", 11, 15, bold=True)
SHAPE = Face("s", 11, 15, mono=True)
NOTE = Face("t", 11, 15)
TITLE = Face("g", 12, 16, bold=True)
HEADLINE = Face("h", 14, 19, bold=True)
BADGE = Face("b", 11, 15, bold=True)
NUMBER = Face("o", 9, 12, bold=True)
ARGUMENT = Face("a", 9, 11)
FACES = (NAME, CLASS, SHAPE, NOTE, TITLE, HEADLINE, BADGE, NUMBER, ARGUMENT)

SIGN = Face("j", 14, 16, bold=True)
"""The sign of what became of a layer: only in pictures of two models."""
