"""What a call of each class costs at inference: rules of `CostKind`, by subject, each with the source of its formula.

Rows of the catalog name the rule that is theirs. Counts follow the profiler of TensorFlow where it counts the
operation (tensorflow/python/profiler/internal/flops_registry.py), else the formula that a docstring names. Arithmetic
of quantised values counts as that of floats. The rules import no rows.
"""
