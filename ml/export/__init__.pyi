from .release import make_release

__all__ = [
    "make_release",
]
