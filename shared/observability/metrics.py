"""Prometheus metrics of the shared machinery; each service declares its own beside its work.

docs/metrics.md describes each of them, theirs and ours; a test compares it with what a process tells. No label is
called `job` or `instance`: Prometheus would rename it, because it gives every series its own.
"""

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
DEAD_LETTERS_WAITING = Gauge("dead_letters_waiting", "Dead letters that nobody has replayed yet", ["service"])
READY = Gauge("readiness_check_ok", "1 where a check of /readyz passes, else 0", ["check"])

JOB_RUNS = Counter("job_runs_total", "Runs of background jobs", ["service", "name", "result"])
JOB_LAST_OK = Gauge(
    "job_last_ok_timestamp_seconds", "When a background job last ended well", ["service", "name"]
)
JOB_INTERVAL = Gauge("job_interval_seconds", "The longest pause between two of its runs", ["service", "name"])
CLOCK_BREACHES = Counter(
    "clock_breaches_total", "Clocks found to have run out, and each further step up", ["service"]
)

BUS_RECORDS = Counter("bus_records_total", "Records taken from the bus", ["group", "topic"])
BUS_CONSUMER_LAG = Gauge(
    "bus_consumer_lag", "Records of a partition that wait for this member", ["group", "topic", "partition"]
)
BUS_ASSIGNED_PARTITIONS = Gauge("bus_assigned_partitions", "Partitions that this member holds", ["group"])
BUS_REBALANCES = Counter("bus_rebalances_total", "Times that this member's partitions changed", ["group"])
