"""What can be measured of music without a trained network: its tempo, its key, its spectrogram."""
