"""Machine learning on audio: the sample-level network, its data, training and inference."""
