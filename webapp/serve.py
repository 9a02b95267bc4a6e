"""`bin/serve`: one machine, one folder, everything Tonemark needs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from webapp.embedded.errors import ServeError
from webapp.embedded.locations import Locations
from webapp.embedded.preflight import need_port, only_one
from webapp.embedded.processes.supervisor import Supervisor
from webapp.embedded.servers.folders import need_space, private
from webapp.embedded.start import Start
from webapp.embedded.steps import tell

from .embedded import hosts, systemd

FOLDER = Path(__file__).resolve().parent.parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/serve",
        description="Start Tonemark: database, broker, web server and workers. Ctrl-C stops all.",
        epilog="Further settings are environment variables TONEMARK_…; the README lists them.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port (%(default)s)")
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("TONEMARK_DATA_DIR") or FOLDER / "var"),
        help="where everything is kept (%(default)s)",
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="write a systemd service that starts it with these options, and say how to use it",
    )
    return parser.parse_args()


def _port(value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is no port: use a number from 1 to 65535")
    return int(value)


def main() -> int:
    given = arguments()
    locations = Locations(given.data_dir.expanduser().resolve())
    if given.install:
        return install(given, locations)
    supervisor = Supervisor(tell)
    supervisor.listen()
    try:
        private(locations.data_dir)
        with only_one(locations.lock):
            return serve(supervisor, locations, given.host, given.port)
    except ServeError as error:
        print(f"Tonemark: {error}", file=sys.stderr)
        return 1


def install(given: argparse.Namespace, locations: Locations) -> int:
    options = ["--host", given.host, "--port", str(given.port), "--data-dir", locations.data_dir]
    try:
        for line in systemd.install(FOLDER, [str(option) for option in options]):
            print(line)
    except ServeError as error:
        print(f"Tonemark: {error}", file=sys.stderr)
        return 1
    return 0


def serve(supervisor: Supervisor, locations: Locations, host: str, port: int) -> int:
    need_space(locations.data_dir)
    need_port(host, port)
    private(locations.logs)
    os.environ["TONEMARK_DATA_DIR"] = str(locations.data_dir)
    hosts.allow_host(host)
    try:
        Start(FOLDER, locations, supervisor).run(hosts.address(host, port))
        tell(f"Tonemark is ready: http://{hosts.address(hosts.visited(host), port)}/")
        tell(f"Data and logs: {locations.data_dir}. Ctrl-C stops it.")
        supervisor.watch()
    finally:
        tell("Stopping …")
        supervisor.stop()
    tell("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
