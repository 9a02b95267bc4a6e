"""The process that reads one file and ends."""

from __future__ import annotations

import ctypes
import fcntl
import gc
import io
import json
import os
import signal
import sys
import traceback
from typing import IO, Any, NoReturn

from ml.audio.open import AudioFile
from ml.audio.types import AudioError, damaged

from .confine import OPEN_FILES, Sandbox
from .operations import OPERATIONS
from .wire import Kind, read_frame, write_json

PR_SET_PDEATHSIG = 1
FILE, CHANNEL = 3, 4
_libc = ctypes.CDLL(None)


def run(channel: int, file: int, parent: int, sandbox: Sandbox) -> NoReturn:
    """For the forked child: answer the request that comes in `channel`, then end."""
    try:
        _die_with(parent)
        _keep_only(file, channel)
        request = _request()
        answer = io.BufferedWriter(io.FileIO(CHANNEL, "w"))
        source = AudioFile(FILE)
        sandbox.enter(request["cpu_seconds"], request["file_bytes"])
        os.close(sys.stderr.fileno())
        _answer(answer, source, request)
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more
    except BaseException:  # noqa: BLE001 - what comes next is the server's loop: never go there
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _die_with(parent: int) -> None:
    gc.disable()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)


def _keep_only(file: int, channel: int) -> None:
    """Other people's files and sockets are not this file's business."""
    # Out of the way first: one of the two may have the number that the other is to get.
    high = [fcntl.fcntl(number, fcntl.F_DUPFD, 64) for number in (file, channel)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, number in ((nothing, 0), (nothing, 1), *zip(high, (FILE, CHANNEL), strict=True)):
        os.dup2(source, number)
    os.closerange(OPEN_FILES, os.sysconf("SC_OPEN_MAX"))


def _request() -> Any:
    with io.BufferedReader(io.FileIO(CHANNEL, closefd=False)) as stream:
        return json.loads(read_frame(stream)[1])


def _answer(answer: IO[bytes], file: AudioFile, request: dict[str, Any]) -> None:
    try:
        result = OPERATIONS[request["operation"]](file, answer, **request["arguments"])
        write_json(answer, Kind.RESULT, result)
    except AudioError as error:
        _refuse(answer, error)
    except MemoryError:
        _refuse(answer, damaged("reading it takes more memory than any recording needs"))
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001 - sent to whoever asked, who logs it
        write_json(answer, Kind.FAULT, traceback.format_exc())


def _refuse(answer: IO[bytes], error: AudioError) -> None:
    write_json(answer, Kind.REFUSAL, [error.code, error.sentence])
