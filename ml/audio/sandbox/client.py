"""Asking a decoder about a file."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from ml.audio.open import open_file
from ml.audio.types import AudioError, damaged

from .budget import Budget
from .process import DECODERS
from .wire import STATUS, BrokenFrame, Kind, read_frame, write_json

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT)
# How long the server may take to say of what a child died.
_STATUS_SECONDS = 10.0


class DecoderLost(Exception):
    """The decoder was killed from outside: the file may be fine, and can be read again."""

    def __init__(
        self, sentence: str = "The process that reads the file was killed. Please try again."
    ) -> None:
        super().__init__(sentence)


class DecoderStarved(DecoderLost):
    """The decoder did not get to work: the machine is busy, and the file may be read later."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The machine was too busy to read this file: for {seconds:,.0f} seconds nothing of it "
            "was read. The file may be fine. Please try again.",
        )


def result(operation: str, path: str | Path, **arguments: Any) -> Any:
    """The result of an operation on the file at `path`. Raises AudioError, DecoderLost."""
    return retry_if_lost(path, lambda file: request_once(operation, file, **arguments))


def retry_if_lost(path: str | Path, ask: Callable[[io.IOBase], Answer]) -> Answer:
    """What `ask` returns of the open file; asked again if its decoder is killed from outside."""
    with open_file(Path(path)) as file:
        try:
            return ask(file)
        except DecoderLost:
            return ask(file)


def request_once(operation: str, file: io.IOBase | IO[bytes], **arguments: Any) -> Any:
    """As `result`, about an open file, and asked once. For the arguments see `replies`."""
    with replies(operation, file, **arguments) as frames:
        return next(json.loads(payload) for kind, payload in frames if kind is Kind.RESULT)


@contextmanager
def replies(
    operation: str,
    file: io.IOBase | IO[bytes],
    *,
    sound_seconds: float = 0.0,
    max_growth: int | None = None,
    **arguments: Any,
) -> Iterator[Iterator[tuple[Kind, bytearray]]]:
    """The frames of one answer, up to its RESULT. Leaving the block ends the decoder.

    A file that is open for writing may grow by `max_growth` bytes; None: it is only read.
    Raises AudioError, also in the middle: what the decoder says, or that it died of the file;
    DecoderLost when it was killed from outside.
    """
    size = os.fstat(file.fileno()).st_size
    budget = Budget.of(size, sound_seconds)
    request = {
        "operation": operation,
        "cpu_seconds": budget.cpu_seconds,
        "file_bytes": 0 if max_growth is None else size + max_growth,
        "arguments": arguments,
    }
    with ExitStack() as stack:
        channel, their_channel = map(stack.enter_context, socket.socketpair())
        lifeline, their_lifeline = map(stack.enter_context, socket.socketpair())
        channel.settimeout(budget.timeout)
        DECODERS.ask(their_channel, their_lifeline, file.fileno())
        their_channel.close()
        their_lifeline.close()
        _send(channel, request)
        stream = stack.enter_context(channel.makefile("rb"))
        yield _frames(stream, lifeline, budget)


def _send(channel: socket.socket, request: dict[str, Any]) -> None:
    # Of a decoder that is gone already, reading says why.
    with suppress(BrokenPipeError, ConnectionResetError), channel.makefile("wb") as stream:
        write_json(stream, Kind.REQUEST, request)


def _frames(
    stream: IO[bytes], lifeline: socket.socket, budget: Budget
) -> Iterator[tuple[Kind, bytearray]]:
    kind = Kind.NOTE
    while kind is not Kind.RESULT:
        try:
            kind, payload = read_frame(stream)
        except TimeoutError:
            # A file that keeps its decoder busy meets the limit of processor time. One that does
            # not is read by a decoder that was given none: that is the machine's doing.
            raise DecoderStarved(budget.timeout) from None
        except (BrokenFrame, ConnectionResetError) as error:
            raise _why_it_ended(lifeline) from error
        _raise_if_error(kind, payload)
        yield kind, payload


def _raise_if_error(kind: Kind, payload: bytearray) -> None:
    if kind is Kind.REFUSAL:
        code, sentence = json.loads(payload)
        raise AudioError(str(code), str(sentence))
    if kind is Kind.FAULT:
        logger.error("a decoder failed:\n%s", json.loads(payload))
        raise damaged("it cannot be decoded")


def _why_it_ended(lifeline: socket.socket) -> Exception:
    lifeline.settimeout(_STATUS_SECONDS)
    try:
        status_bytes = lifeline.recv(STATUS.size)
    except (TimeoutError, ConnectionResetError):
        status_bytes = b""
    status = STATUS.unpack(status_bytes)[0] if len(status_bytes) == STATUS.size else 0
    if -status == signal.SIGXCPU:
        return damaged("reading it takes more time than any recording needs")
    if -status in _CRASHES:
        logger.warning("a decoder crashed with %s", signal.Signals(-status).name)
        return damaged("it makes the decoder crash")
    return DecoderLost()
