"""What a model costs to run: multiply-accumulates, operations, memory and receptive fields, layer by layer."""
