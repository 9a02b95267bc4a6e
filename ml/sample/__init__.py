"""A minute of music that the program plays itself, so that a new library need not stay silent.

What other packages may use is listed in `__init__.pyi` and loaded when it is first used: a web
process reads cards without torch, and the sandbox holds no more than it needs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
