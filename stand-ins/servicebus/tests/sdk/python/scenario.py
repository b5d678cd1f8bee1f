"""The vendor's Python client against the stand-in: schedule, cancel, receive, settle, dead-letter.

    python scenario.py CONNECTION_STRING QUEUE CONTROL_URL

Prints a line a step and ends with 0, or fails with an assertion. Time is moved over the control port.
"""

import json
import sys
import urllib.request
from datetime import datetime, timedelta, timezone

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus.exceptions import MessageNotFoundError, ServiceBusError

connection_string, queue, control = sys.argv[1:4]


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(control + path, data=data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def now():
    text = call("GET", "/clock")["now"].replace("Z", "+00:00")
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def text(message):
    return b"".join(message.body).decode()


def step(line):
    print("python:", line, flush=True)


def must_fail(kind, act):
    try:
        act()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


# Without retries: this client repeats what can never succeed, with pauses of seconds.
with ServiceBusClient.from_connection_string(connection_string, retry_total=0) as client:
    with client.get_queue_sender(queue) as sender, client.get_queue_receiver(queue, max_wait_time=1) as receiver:
        due = now() + timedelta(seconds=60)
        messages = [
            ServiceBusMessage(f"body-{n}", message_id=f"job-{n}", application_properties={"n": n}, subject="probe")
            for n in range(4)
        ]
        numbers = sender.schedule_messages(messages, due)
        assert len(numbers) == 4 and numbers == sorted(set(numbers)), numbers
        step(f"scheduled {len(numbers)} in one call")

        seen = receiver.peek_messages(max_message_count=10)
        assert [message.sequence_number for message in seen] == numbers
        assert {message.state.name for message in seen} == {"SCHEDULED"}
        assert [text(message) for message in seen] == [f"body-{n}" for n in range(4)]
        assert abs(seen[0].scheduled_enqueue_time_utc - due) < timedelta(milliseconds=2)
        step("peeked them all as scheduled")

        sender.cancel_scheduled_messages(numbers[1])
        must_fail(MessageNotFoundError, lambda: sender.cancel_scheduled_messages(numbers[1]))
        must_fail(MessageNotFoundError, lambda: sender.cancel_scheduled_messages([numbers[0], 999999]))
        # The client goes on peeking where it stopped, unless it is told where to begin.
        assert len(receiver.peek_messages(max_message_count=10, sequence_number=1)) == 3
        step("cancelled one; cancelling it again, or one that never was, fails")

        assert receiver.receive_messages(max_message_count=10, max_wait_time=1) == []
        call("POST", "/clock", {"advance_seconds": 30})
        assert receiver.receive_messages(max_message_count=10, max_wait_time=1) == []
        step("nothing came early")

        call("POST", "/clock", {"advance_seconds": 30})
        received = receiver.receive_messages(max_message_count=3, max_wait_time=5)
        while len(received) < 3:
            received += receiver.receive_messages(max_message_count=3 - len(received), max_wait_time=5)
        assert sorted(message.message_id for message in received) == ["job-0", "job-2", "job-3"]
        assert all(message.sequence_number not in numbers for message in received)
        assert all(message.delivery_count == 0 and message.subject == "probe" for message in received)
        assert received[0].application_properties[b"n"] in (0, 2, 3)
        step("received the rest under new numbers")

        before = received[0].locked_until_utc
        call("POST", "/clock", {"advance_seconds": 10})
        assert receiver.renew_message_lock(received[0]) >= before + timedelta(seconds=10)
        receiver.complete_message(received[0])
        step("renewed a lock and completed")

        receiver.abandon_message(received[1])
        again = receiver.receive_messages(max_message_count=1, max_wait_time=5)[0]
        assert again.message_id == received[1].message_id and again.delivery_count == 1
        receiver.dead_letter_message(again, reason="bad", error_description="it was bad")
        step("abandoned one, saw it again, dead-lettered it")

        must_fail(MessageNotFoundError, lambda: sender.cancel_scheduled_messages(numbers[0]))
        step("cancelling what has become active fails")

        # The clock of the client stands where it was: to it the lock is good, to the service it is not.
        call("POST", "/clock", {"advance_seconds": 61})
        must_fail(ServiceBusError, lambda: receiver.complete_message(received[2]))
        late = receiver.receive_messages(max_message_count=1, max_wait_time=5)[0]
        assert late.message_id == received[2].message_id and late.delivery_count == 1
        receiver.defer_message(late)
        deferred = receiver.receive_deferred_messages([late.sequence_number])
        assert deferred[0].message_id == late.message_id
        receiver.complete_message(deferred[0])
        step("a lost lock is noticed; a deferred message is received by its number")

        batch = sender.create_message_batch()
        for n in range(3):
            batch.add_message(ServiceBusMessage("x" * 100, message_id=f"batch-{n}"))
        sender.send_messages(batch)
        sender.send_messages(ServiceBusMessage(b"y" * 200_000, message_id="large"))
        must_fail(ServiceBusError, lambda: sender.send_messages(ServiceBusMessage(b"y" * 300_000)))
        step("sent a batch and a large message; too large a one is refused")

    with client.get_queue_receiver(queue, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE) as receiver:
        taken = []
        while len(taken) < 4:
            taken += receiver.receive_messages(max_message_count=4, max_wait_time=5)
        assert [message.message_id for message in taken] == ["batch-0", "batch-1", "batch-2", "large"]
        assert len(text(taken[3])) == 200_000
        step("took them for good")

    with client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
        peeked = receiver.peek_messages(max_message_count=5)
        assert [message.message_id for message in peeked] == [again.message_id]
        dead = receiver.receive_messages(max_message_count=5, max_wait_time=5)[0]
        assert dead.dead_letter_reason == "bad", dead.dead_letter_reason
        assert dead.dead_letter_error_description == "it was bad"
        assert dead.dead_letter_source.lower() == queue
        assert dead.sequence_number == again.sequence_number
        receiver.complete_message(dead)
        step("read the dead letter with its reason")

with ServiceBusClient.from_connection_string(connection_string, retry_backoff_factor=0.01) as client:
    call("POST", "/faults", {"at": "amqp.management.schedule", "kind": "busy"})
    call("POST", "/faults", {"at": "amqp.send", "kind": "detach"})
    with client.get_queue_sender(queue) as sender:
        numbers = sender.schedule_messages(ServiceBusMessage("z", message_id="retried"), now() + timedelta(hours=1))
        sender.send_messages(ServiceBusMessage("z", message_id="sent again"))
        sender.cancel_scheduled_messages(numbers)
        assert call("GET", "/faults")["standing"] == []
        step("retried a busy service and a detached link")
