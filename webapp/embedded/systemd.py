"""Tonemark as a service of one person's systemd: started at boot, started again when it dies."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import ServeError

NAME = "tonemark.service"
# What stands here is never written into a unit, which others may read: it may hold passwords.
SETTINGS = "~/.config/tonemark.env"
_UNIT = """\
# Written by `bin/serve --install`, which writes it anew; changes belong into a drop-in:
# systemctl --user edit tonemark
[Unit]
Description=Tonemark, which listens to music and tags it
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
WorkingDirectory={folder}
EnvironmentFile=-%h/.config/tonemark.env
ExecStart={command}
Restart=on-failure
RestartSec=5
# The database is the last to end, and takes the time it needs.
TimeoutStopSec=180
KillMode=mixed
NoNewPrivileges=true

[Install]
WantedBy=default.target
"""


def install(folder: Path, arguments: list[str]) -> list[str]:
    """Write the unit of the user who calls; sentences that say where it is and what is next."""
    target = _units() / NAME
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(unit(folder, arguments), encoding="utf-8")
    except OSError as error:
        raise ServeError(f"{target} cannot be written: {error.strerror}.") from error
    return [
        f"Wrote {target}",
        *_settings_left_out(),
        "Start it, now and whenever this machine starts:",
        "  systemctl --user daemon-reload && systemctl --user enable --now tonemark",
        "  loginctl enable-linger        so that it runs while you are signed out",
        "Its log, with the first admin's password: journalctl --user -u tonemark",
        f"Take it away: systemctl --user disable --now tonemark && rm {target}",
    ]


def unit(folder: Path, arguments: list[str]) -> str:
    """The unit that starts `bin/serve` of this folder with these arguments."""
    words = [str(folder / "bin" / "serve"), *arguments]
    command = " ".join(_quoted(word) for word in words)
    return _UNIT.format(folder=_escaped(str(folder)), command=command)


def _units() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"


def _settings_left_out() -> list[str]:
    here = sorted(name for name in os.environ if name.startswith("TONEMARK_"))
    if not here:
        return []
    return [f"It does not know what is set here, and reads {SETTINGS} instead: {', '.join(here)}"]


def _quoted(word: str) -> str:
    """One word of a command line, by systemd.service(5): quotes, backslashes, `$` and `%`."""
    escaped = _escaped(word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$"))
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """`%` begins a specifier; a line's end would end the setting."""
    if "\n" in text:
        raise ServeError(f"A service cannot be made of a path with a line break: {text!r}.")
    return text.replace("%", "%%")
