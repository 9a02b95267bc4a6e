"""Training the student on a GPU: sound packed for the way there, a loop that is ruled by the clock.

Nothing here needs more than NumPy, PyTorch, scikit-learn and, to unpack, soundfile: the machine
with the GPU may have no decoder and no network.
"""
