"""Django's settings. Every one that an operator may change is an environment variable TONEMARK_…

Without any, they describe the embedded installation under ./var that `bin/serve` runs.
"""

from __future__ import annotations

from .application import *
from .logs import *
from .mail import *
from .media import *
from .paths import *
from .queue import *
from .rest import *
from .security import *
from .sign_in import *
from .stores import *
from .web import *
