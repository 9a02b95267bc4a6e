"""Production in a real container engine, in the order an operator meets it."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.audio_factory import music, write
from tests.production.visitor import Answer, Visitor

from .base_images import ROOT
from .engine import docker, inspect
from .site import Site, image_bytes, private_bytes

OURS = {"web", "inference", "maintenance", "analysis", "training", "beat"}
SERVICES = OURS | {"postgres", "broker", "proxy", "migrate"}
IMAGE = "tonemark:cpu"
GIGABYTE = 10**9


# A worker with a child has 120 MiB before it has worked, 170 once it has measured music, and four
# times that with the networks.
AT_REST = 140 * 2**20
# The default model, whose card now claims a network of terabytes.
HOSTILE_MODEL = """
import hashlib, io, json, tempfile, zipfile
from pathlib import Path
from tagger.models import Job
from tagger.registry.archive import ImportRefusedError, export_model, import_model
from tagger.tags.effective import active_model
out = io.BytesIO()
export_model(active_model(), out)
package = zipfile.ZipFile(out)
weights = bytearray(package.read("model.safetensors"))
weights[-1] ^= 1
card = json.loads(package.read("model.json"))
card["sha256"] = hashlib.sha256(weights).hexdigest()
card["config"]["stem_width"] = 10**9
path = Path(tempfile.mkdtemp()) / "hostile.zip"
with zipfile.ZipFile(path, "w") as made:
    made.writestr("model.safetensors", bytes(weights))
    made.writestr("model.json", json.dumps(card))
try:
    version = import_model(path)
    print("HOSTILE", Job.objects.get(kind=Job.Kind.CHECK_MODEL, model=version).pk)
except ImportRefusedError as error:
    print("HOSTILE refused:", error)
"""
STATE = """
from tagger.models import Job
job = Job.objects.get(pk="{job}")
print("STATE", job.state, job.attempts, job.error_code)
"""


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("long") / "long.flac", music(60.0))


@pytest.fixture(scope="module")
def uploads(site: Site, clips: list[Path], protocol: dict[str, Any]) -> list[Answer]:
    began = time.monotonic()
    sent = [site.upload(clip) for clip in clips[:3]]
    site.await_tagged(sent)
    protocol["seconds from three uploads to their tags"] = round(time.monotonic() - began, 1)
    return sent


def audio(answer: Answer) -> str:
    return f"/api/v1/tracks/{answer.json['track']['id']}/audio/"


def test_an_empty_engine_has_a_healthy_site_after_three_commands(site: Site) -> None:
    states = {c["Config"]["Labels"]["com.docker.compose.service"]: c for c in site.containers()}
    assert states.keys() == SERVICES
    assert states["migrate"]["State"]["ExitCode"] == 0
    assert Visitor(site.port).get("/readyz").status == 200
    page = Visitor(site.port).get("/sign-in/")
    assert page.status == 200
    assert "Secure" in page.headers["Set-Cookie"]


def test_the_first_admin_has_the_password_of_its_file_and_no_log_shows_it(site: Site) -> None:
    password = (site.folder / "secrets/admin-password").read_text()
    admin = "User.objects.get(username='admin')"
    code = f"from tagger.models import User\nprint('KNOWN', {admin}.check_password({password!r}))"
    assert site.shell(code, "KNOWN") == "True"
    assert password not in site.compose("logs")


def test_the_image_is_small_and_says_what_it_is(site: Site, protocol: dict[str, Any]) -> None:
    (image,) = inspect(IMAGE)
    labels = image["Config"]["Labels"]
    assert labels["org.opencontainers.image.title"] == "Tonemark"
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    protocol["image, GB"] = round(image_bytes(IMAGE) / GIGABYTE, 2)
    assert image_bytes(IMAGE) <= 1.6 * GIGABYTE


def test_an_upload_is_tagged_and_played_in_ranges_by_the_proxy(
    site: Site, uploads: list[Answer], clips: list[Path]
) -> None:
    content = clips[0].read_bytes()
    part = site.visitor().get(audio(uploads[0]), Range="bytes=100-299")
    assert (part.status, part.body) == (206, content[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(content)}"
    outside = site.visitor().get(audio(uploads[0]), Range=f"bytes={len(content)}-")
    assert outside.status == 416
    assert outside.headers["Content-Range"] == f"bytes */{len(content)}"
    assert outside.json["type"] == "/api/v1/problems/range-not-satisfiable/"


def test_no_way_leads_around_the_application(site: Site, uploads: list[Answer]) -> None:
    name = f"tracks/{uploads[0].json['track']['id'][:2]}/{uploads[0].json['track']['id']}.flac"
    for top in ("/protected", "/media", "/protected/../media"):
        assert site.visitor().get(f"{top}/{name}").status == 404, top
    assert Visitor(site.port).get(audio(uploads[0])).status == 401


def test_no_secret_stands_in_an_environment_an_image_or_a_log(site: Site) -> None:
    secrets = [path.read_text() for path in (site.folder / "secrets").iterdir()]
    told = json.dumps([site.containers(), inspect(IMAGE)])
    told += docker("history", "--no-trunc", IMAGE) + site.compose("logs")
    for service in sorted(SERVICES - {"migrate"}):
        told += site.compose("top", service)
    assert not any(secret in told for secret in secrets)


def test_containers_can_do_nothing_they_need_not(site: Site) -> None:
    for container in site.containers():
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        if service == "migrate":
            continue
        for pid in docker("top", container["Id"], "-eo", "pid").split()[1:]:
            status = Path(f"/proc/{pid}/status").read_text()
            facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0, service
            assert facts["NoNewPrivs"] == "1", service
            assert "0" not in facts["Uid"].split(), service
            assert facts["Seccomp"] == "2", service


def test_nothing_misses_a_file_system_that_it_may_write_to(
    site: Site, uploads: list[Answer]
) -> None:
    for container in site.containers():
        assert container["HostConfig"]["ReadonlyRootfs"] is True
    words = site.compose("logs").lower()
    for sign in ("read-only file system", "permission denied", "traceback", "superuser"):
        assert sign not in words, sign


def test_our_logs_are_json_and_one_id_leads_through_all(site: Site, uploads: list[Answer]) -> None:
    for service in sorted(OURS | {"proxy"}):
        said = site.compose("logs", "--no-log-prefix", "--no-color", service).splitlines()
        # nginx's error log has one format, its own.
        odd = [line for line in said if line and not line.startswith("{") and "[error]" not in line]
        odd = [line for line in odd if "[notice]" not in line and "[warn]" not in line]
        assert odd == [], service
    request_id = uploads[0].headers["X-Request-ID"]
    found = {
        service: request_id in site.compose("logs", service)
        for service in ("proxy", "web", "inference")
    }
    assert found == {"proxy": True, "web": True, "inference": True}


def test_the_documented_check_has_nothing_to_say(site: Site) -> None:
    site.manage("check", "--deploy", "--database", "default", "--fail-level", "WARNING")


def test_services_start_quickly_and_need_little(
    site: Site, uploads: list[Answer], protocol: dict[str, Any]
) -> None:
    """The list of times is for the protocol; a machine with other work is slower at will."""
    began = time.monotonic()
    site.compose("restart", "--timeout", "20", "--no-deps", "web")
    site.until(lambda: Visitor(site.port).get("/livez").status == 200, "web answers")
    protocol["seconds until a restarted web answers"] = round(time.monotonic() - began, 1)
    site.until(lambda: rested(site), "workers that have worked have given their memory back", 600)
    memory = {
        container["Config"]["Labels"]["com.docker.compose.service"]: round(
            private_bytes(container["Id"]) / 2**20
        )
        for container in site.containers()
        if container["State"]["Running"]
    }
    protocol["idle memory by service, MiB"] = memory
    protocol["idle memory, MiB"] = sum(memory.values())


def rested(site: Site) -> bool:
    """Neither the networks nor what measures music is in any memory."""
    worked = [one for service in ("inference", "analysis") for one in site.containers(service)]
    return all(private_bytes(container["Id"]) < AT_REST for container in worked)


def test_a_worker_killed_among_thirty_uploads_loses_none(
    site: Site, clips: list[Path], protocol: dict[str, Any]
) -> None:
    tracks = site.counts()[0]
    site.compose("up", "--detach", "--no-recreate", "--scale", "inference=2")
    sent = []
    for number, clip in enumerate(clips[3:]):
        sent.append(site.upload(clip))
        if number % 9 == 4:
            victim = site.containers("inference")[number % 2]
            docker("kill", "--signal", "KILL", victim["Id"])
            # An engine starts again what died, and leaves alone what somebody killed by its name.
            docker("start", victim["Id"])
    site.await_tagged(sent)
    assert site.counts() == (tracks + len(sent), 0)
    protocol["uploads sent while workers were killed, and lost"] = [len(sent), 0]


def test_a_model_larger_than_the_memory_limit_stops_nobody(
    site: Site, clips: list[Path], tmp_path: Path, protocol: dict[str, Any]
) -> None:
    """Refused at import, or by its check, which may cost a worker its life three times at most."""
    said = site.shell(HOSTILE_MODEL, "HOSTILE")
    if not said.startswith("refused"):
        ended: list[str] = []

        def has_ended() -> bool:
            ended[:] = site.shell(STATE.format(job=said), "STATE").split()
            return ended[0] in ("failed", "succeeded")

        site.until(has_ended, "the check of the hostile model ends", 600)
        assert int(ended[1]) <= 3, ended
        said = f"checked, {' '.join(ended)}"
    protocol["a model of terabytes"] = said
    later = write(tmp_path / "later.flac", music(5.5))
    site.await_tagged([site.upload(later)])


def test_down_and_up_keep_all(site: Site, uploads: list[Answer]) -> None:
    before = site.counts()
    site.compose("down")
    site.up()
    assert site.counts() == before
    assert site.visitor().get(audio(uploads[0]), Range="bytes=0-9").status == 206


def test_a_change_outside_of_the_image_builds_nothing(site: Site, protocol: dict[str, Any]) -> None:
    (before,) = inspect(IMAGE)
    (site.folder / "docs/operations.md").write_text("changed\n")
    began = time.monotonic()
    site.compose("build")
    protocol["seconds of a build after a change of docs"] = round(time.monotonic() - began, 1)
    (after,) = inspect(IMAGE)
    assert after["RootFS"] == before["RootFS"]


def test_a_change_of_code_adds_a_small_layer_alone(site: Site, protocol: dict[str, Any]) -> None:
    (before,) = inspect(IMAGE)
    view = site.folder / "manage.py"
    view.write_text(view.read_text() + "\n")
    began = time.monotonic()
    site.compose("build")
    protocol["seconds of a build after a change of code"] = round(time.monotonic() - began, 1)
    (after,) = inspect(IMAGE)
    kept = [layer for layer in after["RootFS"]["Layers"] if layer in before["RootFS"]["Layers"]]
    assert len(kept) >= len(before["RootFS"]["Layers"]) - 2


def test_an_upgrade_refuses_no_connection_and_loses_no_upload_in_parts(
    site: Site, uploads: list[Answer], long_clip: Path, protocol: dict[str, Any]
) -> None:
    """The image has changed just now. Whoever asks in the meantime is told when to ask again."""
    before = site.counts()
    with asking(site) as answers, ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        sent = pool.submit(upload_in_parts, site, long_clip, 20)
        site.up()
        protocol["seconds of an upgrade"] = round(time.monotonic() - began)
        assert sent.result() == 204
        time.sleep(1)
    site.until(lambda: site.counts() == (before[0] + 1, 0), "the upload in parts has its tags")
    told = Counter(status for status, _ in answers)
    assert set(told) <= {200, 503}, told
    protocol["an upgrade's answers"] = dict(told)
    away = [at for status, at in answers if status != 200]
    protocol["seconds for which an upgrade says 'back in a moment'"] = round(
        away[-1] - away[0] if away else 0, 1
    )


def upload_in_parts(site: Site, clip: Path, parts: int) -> int:
    """By tus, a part every two seconds; after a refusal on from where the server says it is."""
    content = clip.read_bytes()
    tus = {"Tus-Resumable": "1.0.0"}
    named = {"Upload-Length": str(len(content)), "Upload-Metadata": "filename bG9uZy5mbGFj"}
    address = ""
    offset, status = 0, 0
    while offset < len(content):
        time.sleep(2)
        try:
            if not address:
                made = site.visitor().send("POST", "/api/v1/uploads/", b"", tus | named)
                address = urlsplit(made.headers["Location"]).path if made.status == 201 else ""
                continue
            told = site.visitor().send("HEAD", address, b"", tus)
            offset = int(told.headers.get("Upload-Offset", offset))
            part = content[offset : offset + len(content) // parts + 1]
            headers = {
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            answer = site.visitor().send("PATCH", address, part, tus | headers)
        except OSError:
            continue
        status = answer.status
        offset = int(answer.headers.get("Upload-Offset", offset))
    return status


@contextmanager
def asking(site: Site) -> Iterator[list[tuple[int, float]]]:
    """Twice a second: the status of each answer, 0 where there was no connection, and when."""
    answers: list[tuple[int, float]] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.5):
            try:
                answer = Visitor(site.port).get("/sign-in/")
                assert answer.status == 200 or answer.headers["Retry-After"]
                answers.append((answer.status, time.monotonic()))
            except OSError:
                answers.append((0, time.monotonic()))

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        yield answers
    finally:
        ended.set()
        asker.join()


def test_a_backup_comes_back_in_another_installation(
    site: Site, uploads: list[Answer], inputs: dict[str, Any], tmp_path: Path
) -> None:
    tracks, others = site.counts()
    backup = tmp_path / "backup"
    backup.mkdir()
    backup.chmod(0o700)
    shutil.chown(backup, 10001, 10001)
    run = ("run", "--rm", "--volume", f"{backup}:/backup", "web", "python", "manage.py")
    site.compose(*run, "backup", "/backup")
    (tmp_path / "second").mkdir()
    second = Site(tmp_path / "second", "tonemark-second", inputs)
    second.clone(ROOT)
    second.configure()
    try:
        site.compose("stop")
        second.up()
        second.compose("stop", "web", "inference", "maintenance", "analysis", "training", "beat")
        assert Visitor(second.port).get("/").status == 503
        second.compose(*run, "restore", "/backup")
        second.up()
        assert second.counts() == (tracks, others)
        second.token = site.token
        heard = second.visitor().get(audio(uploads[0]), Range="bytes=0-9")
        assert heard.status == 206
        second.manage("check_library")
    finally:
        second.stop()
