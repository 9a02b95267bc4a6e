from .release import make_release
from .second import keep_second

__all__ = [
    "keep_second",
    "make_release",
]
