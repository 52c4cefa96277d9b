"""What can be measured of the service, for Prometheus. Numbers only: nothing in them is about one reader."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The service's own counts, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("list_requests", "Answers by door and status.", "door", "status")
        self.sign_ups = self._counter("list_sign_ups", "Sign-ups by what they led to, after the answer.", "outcome")
        self.refused = self._counter("list_refused", "Requests that limits kept out.", "door", "verdict")
        self.ended = self._counter("list_left", "Readers who left through a link.", "how")
        self.seconds = Histogram(
            "list_request_seconds", "Time to an answer.", ["door"], buckets=SECONDS, registry=self.registry
        )

    def watch(self, name: str, says: str, measure: Callable[[], float]) -> None:
        """Measure when Prometheus asks."""
        Gauge(name, says, registry=self.registry).set_function(measure)

    def count(self, name: str, says: str, counts: Callable[[], Mapping[Any, int]], by: str = "state") -> None:
        """Count, by state or by something else, when Prometheus asks."""
        self.registry.register(_Counts(name, says, counts, by))

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, registry=self.registry)


class _Counts(Collector):
    def __init__(self, name: str, says: str, counts: Callable[[], Mapping[Any, int]], by: str) -> None:
        self._name, self._says, self._counts, self._by = name, says, counts, by

    def describe(self) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily(self._name, self._says, labels=[self._by])]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        (family,) = self.describe()
        for what, number in self._counts().items():
            family.add_metric([str(what)], number)
        yield family
