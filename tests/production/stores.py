"""Postgres and the proxy as production has them: over TCP, by password, before the web."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

from webapp.embedded.locations import Locations
from webapp.embedded.servers.binaries import postgres_folder
from webapp.embedded.servers.identity import postgres_identity

from .compose import ROOT, Machine

TEMPLATE = ROOT / "webapp/proxy/nginx.conf.template"


def postgres(machine: Machine, log: Path) -> subprocess.Popen[bytes]:
    identity = postgres_identity(Locations(machine.folder))
    data = machine.folder / "postgres"
    subprocess.run(
        [
            *(postgres_folder() / "initdb", "-D", data, "-U", "tonemark", "-E", "UTF8"),
            *("-A", "scram-sha-256", "--pwfile", machine.folder / "secrets/database-password"),
            *("--locale=C.UTF-8", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        **identity.popen(signal.SIGINT),
    )
    options = {"port": machine.postgres, "listen_addresses": "127.0.0.1", "fsync": "off"}
    options["unix_socket_directories"] = ""
    pairs = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("ab") as out:
        return subprocess.Popen(
            [postgres_folder() / "postgres", "-D", data, *pairs],
            stdout=out,
            stderr=out,
            **identity.popen(signal.SIGINT),
        )


def nginx_configuration(machine: Machine, environment: dict[str, str]) -> Path:
    """What nginx's image does at its start: fill in the template's variables, and no others."""
    values = environment | {
        "TONEMARK_PROXY_LISTEN": f"127.0.0.1:{machine.proxy}",
        "TONEMARK_PROXY_MEDIA": str(machine.folder / "media"),
        # Its entrypoint takes it from the container's resolv.conf; here `web` is an address.
        "NGINX_LOCAL_RESOLVERS": "127.0.0.1",
    }
    server = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text())
    top = machine.folder / "nginx"
    top.mkdir(parents=True)
    whole = top / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {top}/{kind}; " for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"daemon off; pid {top}/nginx.pid; error_log stderr; user root;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{server}\n}}\n"
    )
    return whole
