"""Hearing and learning: the sample-level network, its data, training and inference."""
