"""Two models held against each other: which layers are the same, what changed in them, and by how much."""
