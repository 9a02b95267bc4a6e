"""What a trained network runs on: devices, fused layers, 8-bit copies, and their equality.

What other packages may use is listed in `__init__.pyi` and loaded when it is first used: a web
process reads cards without torch, and the sandbox holds no more than it needs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
