"""A model as a figure shows it: single neurons (`neurons`), or stages that tensors flow through (`flow`)."""
