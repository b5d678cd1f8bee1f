"""Microsoft's own clients for Python against the stand-in: texts with verdicts and opt-outs, emails that are polled, events.

    python scenario.py DESCRIPTION

DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
"""

import json
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

from azure.communication.email import EmailClient
from azure.communication.sms import SmsClient
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.exceptions import HttpResponseError

there = json.loads(sys.argv[1])
heard = Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        events = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = b""
        if self.headers["aeg-event-type"] == "SubscriptionValidation":
            answer = json.dumps({"validationResponse": events[0]["data"]["validationCode"]}).encode()
        else:
            for event in events:
                heard.put((event["eventType"], {name.lower(): value for name, value in event["data"].items()}))
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def step(line):
    print("python:", line)


def control(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(there["control"] + path, data, timeout=30) as answer:
        return json.load(answer)


def must_fail(status, act):
    try:
        act()
    except HttpResponseError as error:
        assert error.status_code == status, (error.status_code, error.message)
    else:
        raise AssertionError(f"{status} was expected")


receiver = HTTPServer(("127.0.0.1", 0), Receiver)
Thread(target=receiver.serve_forever, daemon=True).start()
control("/hook", {"url": f"http://127.0.0.1:{receiver.server_port}/events", "schema": "event-grid"})
while control("/hook")["subscription"]["state"] != "active":
    pass
step("a handshake")

person, number = "+12025550123", there["from"]
sms = SmsClient(there["url"], there["access_key"])
good, bad = sms.send(number, [person, "abc"], "Mañana a las 9", enable_delivery_report=True, tag="r-1")
assert (good.successful, good.http_status_code, good.to) == (True, 202, person)
assert (bad.successful, bad.http_status_code, bad.error_message) == (False, 400, "Invalid To phone number format.")
control("/clock", {"advance_seconds": 5})
kind, report = heard.get(timeout=30)
assert kind == "Microsoft.Communication.SMSDeliveryReportReceived"
assert (report["messageid"], report["deliverystatus"], report["tag"]) == (good.message_id, "Delivered", "r-1"), report
(message,) = control("/messages")["messages"]
assert (message["to"], message["text"], message["id"]) == (person, "Mañana a las 9", good.message_id)
step("texted two people, one of whom has no number")

# A client that is told "failed" tries again by itself, with the same id and date.
control("/faults", {"at": "sms.send", "kind": "fail-after"})
(again,) = sms.send(number, person, "Once")
assert again.successful
control("/clock", {"advance_seconds": 5})
assert [it["text"] for it in control("/messages")["messages"]].count("Once") == 1
must_fail(401, lambda: SmsClient(there["url"], "d3Jvbmc=").send(number, person, "x"))
step("an answer failed, and the text was sent once")

control("/inbound", {"from": person, "to": number, "text": "STOP"})
kind, text = heard.get(timeout=30)
assert (kind, text["message"]) == ("Microsoft.Communication.SMSReceived", "STOP")
assert sms.send(number, person, "x", enable_delivery_report=True)[0].successful
control("/clock", {"advance_seconds": 5})
_, report = heard.get(timeout=30)
assert (report["deliverystatus"], report["deliverystatusdetails"]) == ("Failed", "4007"), report
assert control("/messages")["count"] == 2
step("STOP")

email = EmailClient(there["url"], AzureKeyCredential(there["access_key"]))
letter = {
    "senderAddress": there["sender_address"],
    "content": {"subject": "s", "plainText": "t", "html": "<p>t</p>"},
    "recipients": {"to": [{"address": "pat@example.com", "displayName": "Pat"}]},
    "headers": {"List-Unsubscribe": "<https://r.example.com/u/1>"},
}
operation = "8540c0de-899f-5cce-acb5-3ec493af3800"
poller = email.begin_send(letter, operation_id=operation)
assert poller.status() == "Running", poller.status()
control("/clock", {"advance_seconds": 5})
assert (poller.result()["id"], poller.result()["status"]) == (operation, "Succeeded"), poller.result()
assert email.begin_send(letter, operation_id=operation).result()["status"] == "Succeeded"
control("/clock", {"advance_seconds": 5})
kind, report = heard.get(timeout=30)
assert kind == "Microsoft.Communication.EmailDeliveryReportReceived"
assert (report["messageid"], report["status"].lower(), report["recipient"]) == (operation, "delivered", "pat@example.com")
letters = [it for it in control("/messages")["messages"] if it["to"] == "pat@example.com"]
assert len(letters) == 1 and letters[0]["marks"]["Operation-Id"] == operation, letters
step("an email was polled, and a repeated operation sent nothing more")

must_fail(404, lambda: email.begin_send({**letter, "senderAddress": "me@elsewhere.example"}))
must_fail(400, lambda: email.begin_send({**letter, "recipients": {"to": []}}))
control("/faults", {"at": "email.send", "kind": "refuse"})
must_fail(403, lambda: email.begin_send(letter))
control("/faults", {"at": "email.send", "kind": "busy", "retry_after_seconds": 0})
assert email.begin_send(letter, operation_id=operation).result()["status"] == "Succeeded"
control("/clock", {"advance_seconds": 5})
assert heard.empty() and control("/messages")["count"] == 3
step("refused; throttled, and tried again")
