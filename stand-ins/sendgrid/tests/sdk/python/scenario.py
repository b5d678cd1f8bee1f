"""SendGrid's own client for Python against the stand-in: send, refusals, throttled, signed events.

    python scenario.py DESCRIPTION

DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
"""

import json
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import Category, CustomArg, Email, Header, Mail, MailSettings, SandBoxMode, SendAt

there = json.loads(sys.argv[1])
heard = Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        heard.put((self.headers, body))
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


def must_fail(status, text, act):
    try:
        act()
    except HTTPError as error:
        assert error.status_code == status, (error.status_code, error.body)
        assert text in error.to_dict["errors"][0]["message"], error.to_dict
    else:
        raise AssertionError(f"{status} was expected")


receiver = HTTPServer(("127.0.0.1", 0), Receiver)
Thread(target=receiver.serve_forever, daemon=True).start()
control("/hook", {"url": f"http://127.0.0.1:{receiver.server_port}/events"})
client = SendGridAPIClient(there["api_key"], host=there["url"])
settings = client.client.user.webhooks.event.settings.signed._("1").get()
public_key = json.loads(settings.body)["public_key"]
assert public_key == there["webhook_public_key"]
webhook = EventWebhook(public_key)


def next_events():
    headers, body = heard.get(timeout=30)
    signature = headers["X-Twilio-Email-Event-Webhook-Signature"]
    timestamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"]
    assert webhook.verify_signature(body, signature, timestamp)
    assert not webhook.verify_signature(body + " ", signature, timestamp)
    return json.loads(body)


def mail(to="pat@example.com", sender="clinic@example.com"):
    return Mail(Email(sender, "Clinic"), to, "Reminder", "hi", "<p>hi</p>")


reminder = mail()
reminder.add_custom_arg(CustomArg("reminder_id", "r-1", p=0))
reminder.add_header(Header("List-Unsubscribe", "<https://r.example.com/u/1>"))
reminder.add_category(Category("reminder"))
sent = client.send(reminder)
message_id = sent.headers["X-Message-Id"]
assert sent.status_code == 202 and message_id
control("/clock", {"advance_seconds": 5})
events = next_events()
assert [it["event"] for it in events] == ["processed", "delivered"], events
assert all(it["sg_message_id"].startswith(message_id + ".") and it["reminder_id"] == "r-1" for it in events), events
assert len({it["sg_event_id"] for it in events}) == 2
(message,) = control("/messages")["messages"]
assert (message["to"], message["subject"], message["id"]) == ("pat@example.com", "Reminder", message_id), message
assert message["marks"]["reminder_id"] == "r-1"
step("sent, and told of by events that SendGrid's verifier accepts")

must_fail(403, "verified Sender Identity", lambda: client.send(mail(sender="me@elsewhere.example")))
must_fail(400, "email address", lambda: client.send({**mail().get(), "from": {"email": "clinic"}}))
must_fail(400, "is not known", lambda: client.send({**mail().get(), "contents": []}))
must_fail(401, "authorization grant", lambda: SendGridAPIClient("SG.wrong", host=there["url"]).send(mail()))
late = mail()
late.send_at = SendAt(4102444800)
must_fail(400, "72 hours", lambda: client.send(late))
control("/faults", {"at": "api.send", "kind": "busy"})
must_fail(429, "too many requests", lambda: client.send(mail()))
sandbox = mail()
sandbox.mail_settings = MailSettings(sandbox_mode=SandBoxMode(True))
assert client.send(sandbox).status_code == 200
control("/clock", {"advance_seconds": 5})
assert control("/messages")["count"] == 1
step("refused, throttled, and only looked at in the sandbox")

control("/people", {"who": "gone@example.com", "fate": {"kind": "bounced"}})
client.send(mail("gone@example.com"))
control("/clock", {"advance_seconds": 5})
assert [it["event"] for it in next_events()] == ["processed", "bounce"]
client.send(mail("gone@example.com"))
control("/clock", {"advance_seconds": 5})
(dropped,) = next_events()
assert (dropped["event"], dropped["reason"]) == ("dropped", "Bounced Address")
assert heard.empty() and control("/messages")["count"] == 1
step("bounced, and then dropped")
