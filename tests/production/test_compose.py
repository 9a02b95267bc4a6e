"""compose.yaml and the Dockerfile, read by the tools that know them."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from webapp.embedded.locations import Locations
from webapp.embedded.processes.programs import programs

from .compose import PROGRAMS, ROOT, configuration

WORKERS = ["inference", "maintenance", "analysis", "training", "folders"]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    described: dict[str, Any] = configuration()["services"]
    return described


def test_every_service_is_confined(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert int(service["deploy"]["resources"]["limits"]["memory"]) > 0, name
        assert service["deploy"]["resources"]["limits"]["pids"] > 0, name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert name == "migrate" or service["healthcheck"]["test"], name
        assert name == "https" or not service["user"].startswith(("0", "root")), name


def test_only_proxies_can_be_reached_and_stores_reach_nothing(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "ports" in service} == {"proxy", "https"}
    assert (
        set(services["postgres"]["networks"]) == set(services["broker"]["networks"]) == {"stores"}
    )
    assert "stores" not in services["proxy"]["networks"]


def test_no_secret_stands_in_an_environment(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if any(word in variable for word in ("PASSWORD", "KEY", "SECRET")):
                assert value.startswith("/run/secrets/"), (name, variable)


def test_proxy_and_application_have_one_limit(services: dict[str, Any]) -> None:
    name = "TONEMARK_MAX_UPLOAD_BYTES"
    assert services["proxy"]["environment"][name] == services["web"]["environment"][name]


def test_containers_and_bin_serve_have_the_same_queues(
    services: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without folders nothing is to be scanned, and no worker waits for it.
    monkeypatch.setenv("TONEMARK_FOLDERS", "/music")

    def queues(command: list[str]) -> str:
        flag = "-Q" if "-Q" in command else "--queues"
        return command[command.index(flag) + 1]

    embedded = {
        program.name: queues(program.command)
        for program in programs(ROOT, Locations(tmp_path), "", print)
        if "worker" in program.command
    }
    assert {name: queues(services[name]["command"]) for name in WORKERS} == embedded


def test_a_gpu_is_reserved_for_what_asks_for_one(services: dict[str, Any]) -> None:
    for name in ("gpu-inference", "gpu-training"):
        (device,) = services[name]["deploy"]["resources"]["reservations"]["devices"]
        assert device["driver"] == "nvidia"
        assert services[name]["environment"]["TONEMARK_DEVICE"] == "cuda"
    assert services["gpu-inference"]["build"]["args"]["DEVICE"] == "cuda"


def test_each_image_is_built_by_one_service(services: dict[str, Any]) -> None:
    building = [name for name, service in services.items() if "build" in service]
    assert building == ["gpu-inference", "migrate"]
    assert len({services[name]["image"] for name in building}) == 2


def test_the_proxy_leaves_the_empty_volume_of_uploads_to_its_owner(
    services: dict[str, Any],
) -> None:
    (media,) = [v for v in services["proxy"]["volumes"] if v["target"] == "/media"]
    assert media["read_only"] is True
    assert media["volume"]["nocopy"] is True


def test_an_image_may_come_from_a_registry() -> None:
    mine = configuration(TONEMARK_IMAGE="registry.example.org/tonemark", TONEMARK_TAG="1.2")
    ours = {s["image"] for s in mine["services"].values() if "TONEMARK_DATA_DIR" in str(s)}
    assert ours == {"registry.example.org/tonemark:1.2", "registry.example.org/tonemark:cuda"}


def test_the_example_explains_every_variable_that_compose_reads() -> None:
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    example = (ROOT / ".env.example").read_text()
    explained = dict(re.findall(r"^#?(\w+)=(.*)$", example, flags=re.MULTILINE))
    # What a build is made from is said by whoever builds.
    assert read - {"TONEMARK_REVISION"} == set(explained) - {"COMPOSE_PROFILES"}
    for name, default in re.findall(r"\$\{(\w+):-([^}]+)\}", (ROOT / "compose.yaml").read_text()):
        assert explained[name] == default, name


def test_the_image_says_which_version_it_is() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in (ROOT / "Dockerfile").read_text()


def test_the_dockerfile_has_no_fault_that_its_linter_knows() -> None:
    linted = subprocess.run(
        [PROGRAMS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout
