"""A Postgres and a broker for this test run, started before Django reads its settings.

TONEMARK_DATABASE_URL (and TONEMARK_BROKER_URL) given from outside are used as they are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp.embedded.locations import Locations
from webapp.embedded.servers.broker import Broker
from webapp.embedded.servers.postgres import Postgres

_data = pytest.StashKey[Path]()
_services = pytest.StashKey[list[Postgres | Broker]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    data = early_config.stash[_data] = Path(tempfile.mkdtemp(prefix="tonemark-test-"))
    os.environ["TONEMARK_DATA_DIR"] = str(data)
    early_config.stash[_services] = _started(Locations(data))
    return (yield)


def _started(locations: Locations) -> list[Postgres | Broker]:
    services: list[Postgres | Broker] = []
    if "TONEMARK_DATABASE_URL" not in os.environ:
        services.append(Postgres(locations))
        os.environ["TONEMARK_DATABASE_URL"] = locations.database_url
    if "TONEMARK_BROKER_URL" not in os.environ:
        services.append(Broker(locations))
        os.environ["TONEMARK_BROKER_URL"] = locations.broker_url
    for service in services:
        service.start()
    return services


def pytest_unconfigure(config: pytest.Config) -> None:
    started: list[Postgres | Broker] = config.stash.get(_services, [])
    for service in reversed(started):
        service.stop()
    if _data in config.stash:
        shutil.rmtree(config.stash[_data], ignore_errors=True)
