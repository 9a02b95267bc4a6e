"""The connection to the broker: whether it is there, and what is raised when it is not."""

from __future__ import annotations

from celery import current_app
from kombu.exceptions import OperationalError


def need_broker() -> None:
    """Raises one of connection_errors() within a few seconds when it is away."""
    with current_app.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def broker_is_there() -> bool:
    try:
        need_broker()
    except connection_errors():
        return False
    return True


def connection_errors() -> tuple[type[BaseException], ...]:
    """What a broker that is away, or a queue that it does not know, raises."""
    broker = current_app.connection_for_read()
    return (OperationalError, OSError, *broker.connection_errors, *broker.channel_errors)
