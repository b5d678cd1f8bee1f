"""The vendor's Python client doing the bench's work: schedule, then cancel.

    python contender.py CONNECTION_STRING QUEUE BODY CONTENT_TYPE AHEAD_SECONDS

A line of JSON on standard input is work, a line on standard output its figures: `src/work.rs`.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from time import perf_counter

from azure.servicebus import ServiceBusClient, ServiceBusMessage

connection_string, queue, body, content_type, ahead_seconds = sys.argv[1:6]


# This client gives credit for 10,000 answers on a management link and never again: after that it waits for ever. So a
# connection is used for fewer. (A call is a request to schedule and one to cancel.)
REQUESTS_BEFORE_WORK_MAX = 2_000
CALLS_MAX = 3_500


class Connection:
    """A client and its sender. It connects with its first request."""

    def __init__(self):
        # Without retries: what fails should be seen.
        self.client = ServiceBusClient.from_connection_string(connection_string, retry_total=0)
        self.sender = self.client.get_queue_sender(queue)
        self.requests = 0

    def schedule(self, work):
        due = datetime.now(timezone.utc) + timedelta(seconds=int(ahead_seconds))
        calls = []
        started = perf_counter()
        for call in range(min(work["calls_max"], CALLS_MAX)):
            messages = [
                ServiceBusMessage(body, message_id=f"job-{call}-{n}", content_type=content_type)
                for n in range(work["batch"])
            ]
            calls.append(self.sender.schedule_messages(messages, due))
            if perf_counter() - started >= work["span_seconds"]:
                break
        self.requests += len(calls)
        return calls, perf_counter() - started

    def cancel(self, calls):
        started = perf_counter()
        for numbers in calls:
            self.sender.cancel_scheduled_messages(numbers)
        self.requests += len(calls)
        return perf_counter() - started

    def renewed(self):
        """Itself, or another that stands, if this one has done much."""
        if self.requests <= REQUESTS_BEFORE_WORK_MAX:
            return self
        self.close()
        fresh = Connection()
        calls, _ = fresh.schedule({"calls_max": 1, "batch": 1, "span_seconds": 0})
        fresh.cancel(calls)
        return fresh

    def close(self):
        self.sender.close()
        self.client.close()


connection = Connection()
for line in sys.stdin:
    work = json.loads(line)
    connection = connection.renewed()
    calls, schedule_seconds = connection.schedule(work)
    cancel_seconds = connection.cancel(calls) if work["cancel"] else 0.0
    count = sum(len(numbers) for numbers in calls)
    figures = {
        "scheduled": count,
        "schedule_seconds": schedule_seconds,
        "cancelled": count if work["cancel"] else 0,
        "cancel_seconds": cancel_seconds,
    }
    print(json.dumps(figures), flush=True)
connection.close()
