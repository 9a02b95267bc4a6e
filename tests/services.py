"""Postgres and a broker for this test run, started before Django reads its settings.

Run side by side (`pytest -n 2`), the workers share the Postgres, in which each has a database of
its own, a copy of one whose tables the first of them makes; a broker, whose queues have the same
names everywhere, each has to itself.

TONEMARK_DATABASE_URL (and TONEMARK_BROKER_URL) given from outside are used as they are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from webapp.embedded.locations import Locations
from webapp.embedded.servers.broker import Broker
from webapp.embedded.servers.postgres import Postgres

_data = pytest.StashKey[Path]()
_services = pytest.StashKey[list[Postgres | Broker]]()

# The variable that names the database to copy, in a server that ends with the tests.
TEMPLATE = "PYTEST_TEMPLATE_DATABASE"
# Nothing of a test's database has to outlive a power cut: no write waits for the disk.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    data = early_config.stash[_data] = Path(tempfile.mkdtemp(prefix="tonemark-test-"))
    os.environ["TONEMARK_DATA_DIR"] = str(data)
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if is_worker:
        # As many workers as cores: threads of their own would only stand in each other's way.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    has_workers = bool(early_config.known_args_namespace.numprocesses) and not is_worker
    if has_workers and "TONEMARK_BROKER_URL" in os.environ:
        raise pytest.UsageError("Tests side by side (-n) cannot share one TONEMARK_BROKER_URL.")
    services = early_config.stash[_services] = []
    _start_postgres(Locations(data), services)
    if not has_workers:
        _start_broker(Locations(data), services)
    return (yield)


def _start_postgres(locations: Locations, services: list[Postgres | Broker]) -> None:
    if "TONEMARK_DATABASE_URL" in os.environ:
        return
    services.append(postgres := Postgres(locations))
    postgres.start()
    _be_careless(locations)
    os.environ["TONEMARK_DATABASE_URL"] = locations.database_url
    os.environ[TEMPLATE] = "template_of_tests"


def _start_broker(locations: Locations, services: list[Postgres | Broker]) -> None:
    if "TONEMARK_BROKER_URL" in os.environ:
        return
    services.append(broker := Broker(locations))
    broker.start()
    os.environ["TONEMARK_BROKER_URL"] = locations.broker_url


def _be_careless(locations: Locations) -> None:
    address = f"host={locations.sockets} user=postgres dbname=postgres"
    with psycopg.connect(address, autocommit=True) as admin:
        for setting in CARELESS:
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


def choose_template() -> None:
    """Before a worker's database is created: what it is a copy of, made now if it is the first."""
    if "PYTEST_XDIST_WORKER" not in os.environ or TEMPLATE not in os.environ:
        return
    from django.db import connection

    name = os.environ[TEMPLATE]
    address = f"host={connection.settings_dict['HOST']} user=postgres dbname=postgres"
    with psycopg.connect(address, autocommit=True) as admin:
        # Until the connection ends.
        admin.execute("SELECT pg_advisory_lock(1)")
        known = admin.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if not known.rowcount:
            admin.execute(f"CREATE DATABASE {name}")
            _make_tables(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def _make_tables(database: str) -> None:
    from django.core.management import call_command
    from django.db import connection

    tests = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = database
    call_command("migrate", interactive=False, verbosity=0)
    # Nobody may be connected to a database that is copied.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # Postgres alone has one
    connection.settings_dict["NAME"] = tests


def pytest_unconfigure(config: pytest.Config) -> None:
    started: list[Postgres | Broker] = config.stash.get(_services, [])
    for service in reversed(started):
        service.stop()
    if _data in config.stash:
        shutil.rmtree(config.stash[_data], ignore_errors=True)
