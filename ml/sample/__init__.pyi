from .song import write_sample

__all__ = [
    "write_sample",
]
