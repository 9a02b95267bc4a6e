"""An upload's whole way through the processes of compose.yaml: proxy, web, broker, workers."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ml.checkpoints.weights import default_model_path
from tests.audio_factory import music, write

from .compose import LIMIT
from .stack import Stack
from .visitor import Answer, Visitor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [write(folder / f"{n}.flac", music(4.0 + n)) for n in range(4)]


@pytest.fixture(scope="module")
def uploads(stack: Stack, people: dict[str, Visitor], clips: list[Path]) -> list[Answer]:
    """All tagged, by two workers side by side."""
    owner = people["owner"]
    sent = [owner.upload(clip) for clip in clips]
    assert [answer.status for answer in sent] == [202] * len(clips), sent[0].body

    def tagged() -> bool:
        jobs = [owner.get(f"/api/v1/jobs/{answer.json['job']['id']}/").json for answer in sent]
        assert not any(job["error"] for job in jobs), jobs
        return all(job["state"] == "succeeded" for job in jobs)

    stack.wait_for(tagged, "inference")
    return sent


def audio(answer: Answer) -> str:
    return f"/api/v1/tracks/{answer.json['track']['id']}/audio/"


def lines(stack: Stack, name: str) -> list[dict[str, Any]]:
    written = stack.log(name).read_text().splitlines()
    return [json.loads(line) for line in written if line.startswith("{")]


def test_the_owner_hears_ranges_that_the_proxy_reads_itself(
    uploads: list[Answer], people: dict[str, Visitor], clips: list[Path]
) -> None:
    content = clips[0].read_bytes()
    part = people["owner"].get(audio(uploads[0]), Range="bytes=100-299")
    assert part.status == 206
    assert part.body == content[100:300]
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(content)}"
    assert part.headers["Content-Type"] in ("audio/flac", "audio/x-flac")
    assert "X-Accel-Redirect" not in part.headers
    whole = people["owner"].get(audio(uploads[0]))
    assert (whole.status, whole.body) == (200, content)
    known = people["owner"].get(audio(uploads[0]), **{"If-None-Match": whole.headers["ETag"]})
    assert known.status == 304


def test_a_range_outside_of_the_file_is_a_problem_with_the_size(
    uploads: list[Answer], people: dict[str, Visitor], clips: list[Path]
) -> None:
    size = clips[0].stat().st_size
    outside = people["owner"].get(audio(uploads[0]), Range=f"bytes={size}-")
    assert outside.status == 416
    assert outside.headers["Content-Range"] == f"bytes */{size}"
    assert outside.headers["Content-Type"] == "application/problem+json"
    assert outside.json["type"] == "/api/v1/problems/range-not-satisfiable/"


def test_nobody_else_hears_it_by_any_way(
    stack: Stack, uploads: list[Answer], people: dict[str, Visitor]
) -> None:
    assert people["outsider"].get(audio(uploads[0])).status == 404
    assert people["anonymous"].get(audio(uploads[0])).status == 401
    (stored,) = (stack.machine.folder / "media").glob(
        f"tracks/*/{uploads[0].json['track']['id']}.flac"
    )
    name = stored.relative_to(stack.machine.folder / "media")
    for top in ("/protected", "/media", "/protected/../media", "/static/../media"):
        assert people["owner"].get(f"{top}/{name}").status == 404, top


def test_a_file_over_the_limit_is_refused_by_the_proxy(
    stack: Stack, people: dict[str, Visitor], tmp_path: Path
) -> None:
    large = tmp_path / "large.wav"
    large.write_bytes(bytes(LIMIT + 1))
    refused = people["owner"].upload(large)
    assert refused.status == 413
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["limit"] == LIMIT


def test_one_id_finds_the_request_and_the_work_it_asked_for(
    stack: Stack, uploads: list[Answer]
) -> None:
    request_id = uploads[0].headers["X-Request-ID"]
    (access,) = [line for line in lines(stack, "web") if line["request_id"] == request_id]
    assert (access["path"], access["status"], access["client"]) == (
        "/api/v1/tracks/",
        202,
        "203.0.113.9",
    )
    (passed,) = [line for line in lines(stack, "proxy") if line["request_id"] == request_id]
    assert (passed["path"], passed["status"]) == ("/api/v1/tracks/", 202)
    worked = lines(stack, "inference") + lines(stack, "second-inference")
    jobs = {line["job_id"] for line in worked if line["request_id"] == request_id}
    assert jobs == {uploads[0].json["job"]["id"]}


def test_plain_http_is_sent_to_https(stack: Stack, people: dict[str, Visitor]) -> None:
    plain = Visitor(stack.machine.proxy, secure=False).get("/sign-in/")
    assert plain.status == 301
    assert plain.headers["Location"].startswith("https://")
    page = people["anonymous"].get("/sign-in/")
    assert page.status == 200
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Secure" in page.headers["Set-Cookie"]


def test_a_limit_holds_over_all_processes_of_the_web_server(stack: Stack) -> None:
    guess = Visitor(stack.machine.proxy, "tm_guess")
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(lambda _: guess.get("/api/v1/me/").status, range(40)))
    assert statuses == {401: 30, 429: 10}


def test_prometheus_is_answered_with_its_key(stack: Stack, uploads: list[Answer]) -> None:
    inside = Visitor(stack.machine.web, stack.secrets["metrics-key"], secure=False)
    text = inside.get("/metrics").body.decode()
    assert 'tonemark_workers{queue="inference"} 2.0' in text
    assert 'tonemark_recent_jobs{kind="tag_track",state="succeeded"} 4.0' in text


def test_a_worker_and_the_clock_are_healthy_by_their_own_checks(stack: Stack) -> None:
    for name in ("inference", "maintenance", "analysis", "training", "beat"):
        stack.wait_for(partial(healthy, stack, name), name)


def healthy(stack: Stack, name: str) -> bool:
    check = stack.services[name]["healthcheck"]["test"][1]
    here = check.replace("/tmp/", f"{stack.machine.folder}/tmp/{name}/")
    return subprocess.run(here, shell=True, check=False).returncode == 0


def test_no_log_holds_a_secret(
    stack: Stack, uploads: list[Answer], people: dict[str, Visitor]
) -> None:
    written = "".join(log.read_text() for log in stack.machine.folder.glob("log/*.log"))
    for secret in [*stack.secrets.values(), people["owner"].token]:
        assert secret not in written


def test_nothing_but_json_comes_from_our_processes(stack: Stack, uploads: list[Answer]) -> None:
    for name in ("web", "inference", "maintenance", "analysis", "training", "beat"):
        said = stack.log(name).read_text().splitlines()
        assert [line for line in said if not line.startswith("{")] == [], name
