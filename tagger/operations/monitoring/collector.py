"""Metrics for Prometheus, read off the database and the disk at each scrape.

No process counts for itself, so any number of web processes and workers give the same figures.
"Recent" is the last quarter of an hour: rows may be deleted, so nothing here is a counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, QuerySet, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tagger.models import Analysis, Job
from tagger.operations.status import QueueStatus, queue_statuses
from tagger.platform.storage.local import disk_usage
from tagger.tags.effective import active_model

from .readiness import readiness, served_queues

# A few scrapes long, so that a rate is smooth, and short enough to show the last hour.
RECENT = timedelta(minutes=15)


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    for collector in (Parts(), Queues(), RecentEnds(), RecentTimes(), AnalysisSpeed(), Disk()):
        made.register(collector)
    return made


def gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tonemark_{name}", help_text, labels=labels)


class Parts(Collector):
    def collect(self) -> Iterator[Metric]:
        ready = gauge("ready", "1 where a part of /readyz is ready, else 0.", "part")
        for part in readiness():
            ready.add_metric([part.name], float(part.ready))
        yield ready


class Queues(Collector):
    def collect(self) -> Iterator[Metric]:
        jobs = gauge("jobs", "Open jobs.", "queue", "state")
        oldest = gauge("queue_oldest_seconds", "Age of the job that has waited longest.", "queue")
        workers = gauge("workers", "Living workers that serve the queue.", "queue")
        served = served_queues()
        waiting = dict.fromkeys(served, QueueStatus("", 0, 0, None))
        for queue, row in (waiting | {row.name: row for row in queue_statuses()}).items():
            age = timezone.now() - row.oldest if row.oldest else timedelta()
            jobs.add_metric([queue, "queued"], row.queued)
            jobs.add_metric([queue, "running"], row.running)
            oldest.add_metric([queue], age.total_seconds())
            workers.add_metric([queue], served.get(queue, 0))
        yield from (jobs, oldest, workers)


class RecentEnds(Collector):
    def collect(self) -> Iterator[Metric]:
        ended = gauge("recent_jobs", "Jobs that ended recently.", "kind", "state")
        failed = gauge("recent_failures", "Jobs that failed recently, by reason.", "kind", "code")
        for row in _recent().values("kind", "state").annotate(number=Count("id")):
            ended.add_metric([row["kind"], row["state"]], row["number"])
        failures = _recent().filter(state=Job.State.FAILED).values("kind", "error_code")
        for failure in failures.annotate(number=Count("id")):
            failed.add_metric([failure["kind"], failure["error_code"]], failure["number"])
        yield from (ended, failed)


class RecentTimes(Collector):
    def collect(self) -> Iterator[Metric]:
        yield from self._span("wait", "From upload to begin", "created_at", "started_at")
        yield from self._span("run", "From begin to end", "started_at", "finished_at")

    def _span(self, name: str, help_text: str, begin: str, end: str) -> Iterator[Metric]:
        span = ExpressionWrapper(F(end) - F(begin), output_field=DurationField())
        mean = gauge(f"recent_{name}_mean_seconds", f"{help_text}, mean of recent jobs.", "kind")
        most = gauge(f"recent_{name}_max_seconds", f"{help_text}, longest of recent jobs.", "kind")
        begun = _recent().exclude(started_at=None).values("kind")
        for row in begun.annotate(mean=Avg(span), most=Max(span)):
            mean.add_metric([row["kind"]], row["mean"].total_seconds())
            most.add_metric([row["kind"]], row["most"].total_seconds())
        yield from (mean, most)


class AnalysisSpeed(Collector):
    def collect(self) -> Iterator[Metric]:
        analyses = Analysis.objects.filter(created_at__gt=timezone.now() - RECENT)
        segments = analyses.aggregate(number=Sum("segments", default=0))["number"]
        rate = gauge("recent_segments_per_second", "Segments heard a second, over all workers.")
        rate.add_metric([], segments / RECENT.total_seconds())
        model = active_model()
        active = gauge("active_model", "1 for the model in use.", "name", "sha256")
        if model:
            active.add_metric([model.name, model.sha256], 1)
        yield from (rate, active)


class Disk(Collector):
    def collect(self) -> Iterator[Metric]:
        usage = disk_usage()
        free = gauge("disk_free_bytes", "Free where uploads are taken in.")
        free.add_metric([], usage.free)
        total = gauge("disk_total_bytes", "Size of the disk where uploads are taken in.")
        total.add_metric([], usage.total)
        yield from (free, total)


def _recent() -> QuerySet[Job]:
    return Job.objects.filter(finished_at__gt=timezone.now() - RECENT).order_by()
