"""As whom Postgres runs. It refuses root, so root poses as somebody else."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.embedded.errors import ServeError
from webapp.embedded.locations import Locations
from webapp.embedded.processes.linux import can_pose, die_with_parent, pose_as_user

from .binaries import postgres_folder

STAND_IN = "nobody"


@dataclass(frozen=True)
class Identity:
    """`user` is None where the process keeps the files' owner."""

    before: Callable[[], None] | None = None
    user: int | None = None

    def popen(self, death: signal.Signals) -> dict[str, Any]:
        """Arguments for subprocess: who, and that the child dies with us."""

        def prepare() -> None:
            if self.before:
                self.before()
            die_with_parent(death)

        return {"preexec_fn": prepare, "user": self.user}

    def own(self, folder: Path) -> Path:
        """An empty folder that this identity may fill."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(folder, self.user, -1)
        return folder


def postgres_identity(locations: Locations) -> Identity:
    if os.geteuid() != 0:
        return Identity()
    if can_pose():
        return Identity(before=pose_as_user)
    return _stand_in(locations)


def _stand_in(locations: Locations) -> Identity:
    """Where namespaces are forbidden (many containers): another user, if it can reach the files."""
    user = pwd.getpwnam(STAND_IN).pw_uid
    program = postgres_folder() / "postgres"
    reach = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1" && "$2" --version', "sh", locations.data_dir, program],
        capture_output=True,
        user=user,
        check=False,
    )
    if reach.returncode:
        raise ServeError(
            "Postgres does not run as root, and this machine allows neither user namespaces nor "
            f"the user {STAND_IN} to reach {locations.data_dir}. "
            "Start as an ordinary user, or set TONEMARK_DATABASE_URL."
        )
    os.chown(locations.sockets, user, -1)
    return Identity(user=user)
