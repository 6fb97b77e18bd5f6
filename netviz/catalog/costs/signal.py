"""Fourier transforms, of which the count depends on the algorithm, and complex numbers."""

from __future__ import annotations

from netviz.catalog.costs.forms import each, uncounted

FOURIER = uncounted("The operations of a fast Fourier transform depend on its algorithm.", None)
POLAR = each(4, buffer="new")
"""r·cos(a) + i·r·sin(a)."""
