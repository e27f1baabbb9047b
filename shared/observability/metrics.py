"""Prometheus metrics of the shared machinery; each service declares its own beside its work."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests_total", "HTTP requests answered", ["service", "method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time to answer an HTTP request",
    ["service", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
OUTBOX_PUBLISHED = Counter("outbox_published_total", "Events that left through the outbox", ["service"])
OUTBOX_AGE_SECONDS = Gauge(
    "outbox_oldest_unpublished_seconds", "Age of the oldest event not yet published", ["service"]
)
EVENTS_HANDLED = Counter("events_handled_total", "Events handled once", ["service", "type"])
EVENTS_SKIPPED = Counter("events_skipped_total", "Events passed over", ["service", "reason"])
DEAD_LETTERS = Counter("dead_letters_total", "Events given up after all retries", ["service"])
BUS_RECORDS = Counter("bus_records_total", "Records taken from the bus", ["group", "topic"])
BUS_CONSUMER_LAG = Gauge(
    "bus_consumer_lag", "Records of a partition that wait for this member", ["group", "topic", "partition"]
)
BUS_ASSIGNED_PARTITIONS = Gauge("bus_assigned_partitions", "Partitions that this member holds", ["group"])
BUS_REBALANCES = Counter("bus_rebalances_total", "Times that this member's partitions changed", ["group"])
JOB_RUNS = Counter("job_runs_total", "Runs of background jobs", ["service", "job", "result"])
