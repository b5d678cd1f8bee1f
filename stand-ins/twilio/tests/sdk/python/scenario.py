"""Twilio's own client for Python against the stand-in: send, refusals, magic numbers, lists, signed callbacks, STOP.

    python scenario.py DESCRIPTION

DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
"""

import json
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

there = json.loads(sys.argv[1])
heard = Queue()


class Here(TwilioHttpClient):
    """The client has no option for a base URL."""

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", there["url"]), *args, **kwargs)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        heard.put((self.path, self.headers["x-twilio-signature"], dict(urllib.parse.parse_qsl(body, keep_blank_values=True))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def step(line):
    print("python:", line)


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(there["control"] + path, data, timeout=30) as answer:
        return json.load(answer)


def must_fail(status, code, act):
    try:
        act()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code, error.msg)
    else:
        raise AssertionError(f"{code} was expected")


receiver = HTTPServer(("127.0.0.1", 0), Receiver)
Thread(target=receiver.serve_forever, daemon=True).start()
callback = f"http://127.0.0.1:{receiver.server_port}/status?t=1"
validator = RequestValidator(there["auth_token"])


def next_callback():
    path, signature, params = heard.get(timeout=30)
    url = f"http://127.0.0.1:{receiver.server_port}{path}"
    assert validator.validate(url, params, signature), params
    assert not validator.validate(url + "x", params, signature)
    return params


client = Client(there["account_sid"], there["auth_token"], http_client=Here())
by_key = Client(there["api_key"], there["api_key_secret"], there["account_sid"], http_client=Here())
person, number = "+12025550123", there["from"]

sent = by_key.messages.create(to=person, from_=number, body="Visit tomorrow 9:00 é", status_callback=callback)
assert (sent.status, sent.num_segments, sent.error_code) == ("queued", "1", None), sent
assert sent.date_created.tzinfo is not None
control("/clock", {"advance_seconds": 5})
told = [next_callback() for _ in range(2)]
assert sorted(it["MessageStatus"] for it in told) == ["delivered", "sent"], told
assert {it["MessageSid"] for it in told} == {sent.sid}
assert client.messages(sent.sid).fetch().status == "delivered"
messages = control("/messages")["messages"]
assert [(it["to"], it["text"], it["id"]) for it in messages] == [(person, "Visit tomorrow 9:00 é", sent.sid)]
step("sent with an API key; two callbacks that Twilio's validator accepts")

pooled = client.messages.create(
    to=person, messaging_service_sid=there["messaging_service_sid"], body="x", validity_period=14400, smart_encoded=True
)
assert (pooled.status, pooled.num_segments, pooled.from_) == ("accepted", "0", None)
control("/clock", {"advance_seconds": 5})
assert client.messages(pooled.sid).fetch().from_ == number
now = datetime.fromisoformat(control("/clock")["now"].replace("Z", "+00:00"))
later = client.messages.create(
    to=person,
    messaging_service_sid=there["messaging_service_sid"],
    body="later",
    schedule_type="fixed",
    send_at=now + timedelta(days=1),
)
assert later.status == "scheduled"
assert client.messages(later.sid).update(status="canceled").status == "canceled"
step("sent by a messaging service; scheduled and canceled")

must_fail(400, 21211, lambda: client.messages.create(to="abc", from_=number, body="x"))
must_fail(400, 21606, lambda: client.messages.create(to=person, from_="+12025550199", body="x"))
must_fail(400, 21617, lambda: client.messages.create(to=person, from_=number, body="x" * 1601))
must_fail(404, 20404, lambda: client.messages("SM" + "0" * 32).fetch())
wrong = Client(there["account_sid"], "wrong", http_client=Here())
must_fail(401, 20003, lambda: wrong.messages.create(to=person, from_=number, body="x"))
test = Client(there["test_account_sid"], there["test_auth_token"], http_client=Here())
assert test.messages.create(to=person, from_="+15005550006", body="x").status == "queued"
for to, code in [("+15005550001", 21211), ("+15005550004", 21610), ("+15005550009", 21614)]:
    must_fail(400, code, lambda: test.messages.create(to=to, from_="+15005550006", body="x"))
must_fail(400, 21611, lambda: test.messages.create(to=person, from_="+15005550008", body="x"))
must_fail(403, 20008, lambda: test.messages("SM" + "0" * 32).fetch())
step("refusals and magic numbers")

control("/faults", {"at": "api.create", "kind": "busy"})
must_fail(429, 20429, lambda: client.messages.create(to=person, from_=number, body="x"))
step("throttled")

for text in range(3):
    client.messages.create(to="+12025550124", from_=number, body=f"text {text}")
control("/clock", {"advance_seconds": 5})
since = datetime.now(timezone.utc) - timedelta(hours=1)
found = client.messages.list(to="+12025550124", from_=number, date_sent_after=since, page_size=2)
assert [it.body for it in found] == ["text 2", "text 1", "text 0"], found
assert client.messages.list(to="+12025550125") == []
step("listed by recipient and time, in pages")

control("/hook", {"inbound": callback, "status": None})
control("/inbound", {"from": person, "to": number, "text": "STOP"})
inbound = next_callback()
assert (inbound["From"], inbound["Body"], inbound["SmsStatus"]) == (person, "STOP", "received"), inbound
must_fail(400, 21610, lambda: client.messages.create(to=person, from_=number, body="x"))
control("/inbound", {"from": person, "to": number, "text": "start"})
next_callback()
assert client.messages.create(to=person, from_=number, body="x").status == "queued"
assert heard.empty()
step("STOP and START")
