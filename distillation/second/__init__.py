"""The second network of the model that ships: a teacher's convolutions, its last layers fitted anew
to the pool that the student learns from.
"""
