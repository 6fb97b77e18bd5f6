"""Figures for print: views of `netviz.figures` to a `Picture` of plain shapes, and that to SVG or TikZ.

Flow | Network --volumes, lenet, blocks, neurons--> Picture --svg, tikz--> text
"""
