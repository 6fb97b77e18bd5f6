"""Charts as matplotlib figures, and these as files: the only room that imports matplotlib.

    chart -> figure -> panels -> {curves -> marks | cells | tiles | ridges | equation} -> place
                                           files: figure -> svg | png | pdf

`figure` puts panels in a grid, each laid out first (`Need`: a body and the room around it), then drawn. All lengths
are inches and all words are measured (`words`), so that nothing is clipped and nothing stands on anything else.
"""

from netviz.render.chart.backend import load_matplotlib
from netviz.render.chart.figure import chart_to_figure
from netviz.render.chart.files import figure_to_pdf, figure_to_png, figure_to_svg

__all__ = ["chart_to_figure", "figure_to_pdf", "figure_to_png", "figure_to_svg", "load_matplotlib"]
