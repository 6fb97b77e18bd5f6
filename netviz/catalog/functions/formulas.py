"""Formulas of losses of probabilities: with what the probability is made of, and the target where it is smoothed."""

from __future__ import annotations

from netviz.catalog.functions.kinds import Formula, number_text, tex_number


def binary_formula(from_logits: bool, label_smoothing: float, **_: object) -> Formula:
    y = "t" if label_smoothing else "y"
    text, tex = f"−{y}·log(p) − (1 − {y})·log(1 − p)", rf"-{y}\,\log p - (1 - {y})\,\log(1 - p)"
    formula = _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, 2)


def _with_smoothing(formula: Formula, label_smoothing: float, classes: int | None) -> Formula:
    """The formula with what the target t is made of; without `classes` their number is K. As it is without any."""
    if not label_smoothing:
        return formula
    kept, tex_kept = number_text(1 - label_smoothing), tex_number(1 - label_smoothing)
    if classes:
        added, tex_added = number_text(label_smoothing / classes), tex_number(label_smoothing / classes)
        return Formula(
            f"{formula.text}, t = {kept}·y + {added}", rf"{formula.tex},\quad t = {tex_kept}\,y + {tex_added}"
        )
    added, tex_added = number_text(label_smoothing), tex_number(label_smoothing)
    return Formula(
        f"{formula.text}, t_i = {kept}·y_i + {added} / K",
        rf"{formula.tex},\quad t_i = {tex_kept}\,y_i + {tex_added} / K",
    )


def _with_link(text: str, tex: str, link: str, tex_link: str) -> Formula:
    return Formula(f"{text}, p = {link}", rf"{tex},\quad p = {tex_link}")


def binary_focal_formula(
    apply_class_balancing: bool, alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> Formula:
    if label_smoothing:
        return _smoothed_focal_formula(apply_class_balancing, alpha, gamma, from_logits, label_smoothing)
    g, tex_g = number_text(gamma), tex_number(gamma)
    first, second = (number_text(alpha), number_text(1 - alpha)) if apply_class_balancing else ("", "")
    text = f"−{_dot(first)}y·(1 − p)^{g}·log(p) − {_dot(second)}(1 − y)·p^{g}·log(1 − p)"
    tex = rf"-{_thin(first)}y\,(1 - p)^{{{tex_g}}}\log p - {_thin(second)}(1 - y)\,p^{{{tex_g}}}\log(1 - p)"
    return _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)


def _smoothed_focal_formula(
    apply_class_balancing: bool, alpha: float, gamma: float, from_logits: bool, label_smoothing: float
) -> Formula:
    """With a target that is neither 0 nor 1, all of the crossentropy has one factor, of what p misses of the target."""
    g, tex_g = number_text(gamma), tex_number(gamma)
    weight = tex_weight = ""
    if apply_class_balancing:
        weight = f"({number_text(alpha)}·t + {number_text(1 - alpha)}·(1 − t))·"
        tex_weight = rf"({tex_number(alpha)}\,t + {tex_number(1 - alpha)}\,(1 - t))\,"
    text = f"−{weight}m^{g}·(t·log(p) + (1 − t)·log(1 − p)), m = t·(1 − p) + (1 − t)·p"
    tex = rf"-{tex_weight}m^{{{tex_g}}}\,(t\,\log p + (1 - t)\,\log(1 - p)),\quad m = t\,(1 - p) + (1 - t)\,p"
    formula = _with_link(text, tex, "sigmoid(x)", r"\sigma(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, 2)


def _dot(factor: str) -> str:
    return f"{factor}·" if factor else ""


def _thin(factor: str) -> str:
    return rf"{factor}\," if factor else ""


def classes_formula(from_logits: bool, label_smoothing: float, **_: object) -> Formula:
    y = "t" if label_smoothing else "y"
    text, tex = f"−sum_i {y}_i·log(p_i)", rf"-\Sigma_i\, {y}_i\,\log p_i"
    formula = _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, None)


def sparse_formula(from_logits: bool, **_: object) -> Formula:
    text, tex = "−log(p) of the true class", r"-\log p\ \mathrm{of\ the\ true\ class}"
    return _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)


def classes_focal_formula(
    alpha: float, gamma: float, from_logits: bool, label_smoothing: float, **_: object
) -> Formula:
    y = "t" if label_smoothing else "y"
    text = f"−{_dot(number_text(alpha))}sum_i (1 − p_i)^{number_text(gamma)}·{y}_i·log(p_i)"
    tex = rf"-{tex_number(alpha)}\,\Sigma_i\, (1 - p_i)^{{{tex_number(gamma)}}}\,{y}_i\,\log p_i"
    formula = _with_link(text, tex, "softmax(x)", r"\mathrm{softmax}(x)") if from_logits else Formula(text, tex)
    return _with_smoothing(formula, label_smoothing, None)
