"""Microsoft's Python client against the stand-in, signed in at the stand-in of Entra by Microsoft's own library.

    REQUESTS_CA_BUNDLE=ca.pem IDENTITY_ENDPOINT=… IDENTITY_HEADER=… \\
        python scenario.py URL CONTROL_URL ENTRA_URL TENANT CLIENT_ID CLIENT_SECRET

URLs but the control's are https, for these libraries take nothing else. Prints a line a step and ends with 0, or fails
with an assertion.
"""

import base64
import json
import sys
import tempfile
import uuid
from datetime import datetime
from urllib.request import Request, urlopen

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem

url, control, entra, tenant, client_id, client_secret = sys.argv[1:7]

APPOINTMENT = "punctual_appointment"
NOTIFICATION = "punctual_notification"
SCHEDULED, SENT = 749700001, 749700003


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(control + path, data=data, method=method)) as answer:
        return json.load(answer)


def step(line):
    print("python:", line, flush=True)


def must_fail(status, code, act):
    try:
        act()
    except HttpError as error:
        assert (error.status_code, error.details.get("service_error_code")) == (status, code), error.to_dict()
        return error
    raise AssertionError(f"HTTP {status} was expected")


def notification(number, **columns):
    return {"punctual_key": f"key-{number}", "punctual_step": "P1D", "punctual_attempts": number, **columns}


def assertion(subject):
    """What a cluster gives a pod; nobody looks at the signature."""
    now = call("GET", "/clock")["now"][:19] + "+00:00"
    now = int(datetime.fromisoformat(now).timestamp())
    claims = {
        "iss": "https://cluster.example.com/",
        "sub": subject,
        "aud": ["api://AzureADTokenExchange"],
        "nbf": now - 60,
        "exp": now + 3600,
    }
    parts = [{"alg": "RS256"}, claims, {}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def signs_in(credential):
    with DataverseClient(url, credential) as client:
        return client.records.list(APPOINTMENT, top=1) is not None


# As an application, a pod and a machine do.
direct = {"authority": entra, "disable_instance_discovery": True}
with tempfile.NamedTemporaryFile("w", suffix=".jwt") as file:
    file.write(assertion("system:serviceaccount:punctual:punctual"))
    file.flush()
    assert signs_in(WorkloadIdentityCredential(tenant_id=tenant, client_id=client_id, token_file_path=file.name, **direct))
    file.seek(0)
    file.write(assertion("system:serviceaccount:punctual:another"))
    file.flush()
    stranger = WorkloadIdentityCredential(tenant_id=tenant, client_id=client_id, token_file_path=file.name, **direct)
    try:
        raise AssertionError(stranger.get_token(f"{url}/.default"))
    except ClientAuthenticationError as error:
        assert "AADSTS700213" in str(error), error
assert signs_in(ManagedIdentityCredential())
step("signed in with a pod's assertion and as a managed identity")

credential = ClientSecretCredential(tenant, client_id, client_secret, **direct)
with DataverseClient(url, credential) as client:
    records = client.records

    id = records.create(APPOINTMENT, {"punctual_name": "Check-up", "punctual_start": "2026-12-01T09:00:00Z"})
    row = records.retrieve(APPOINTMENT, id, select=["punctual_name", "punctual_start", "statuscode"])
    assert row["punctual_name"] == "Check-up" and row["punctual_start"] == "2026-12-01T09:00:00Z", row
    assert row["statuscode"] == 1
    step("signed in, made a row and read it")

    records.update(APPOINTMENT, id, {"punctual_start": "2026-12-02T09:00:00Z", "statuscode": 749700001})
    row = records.retrieve(APPOINTMENT, id, include_annotations="*")
    assert row["punctual_start"] == "2026-12-02T09:00:00Z"
    assert row["statuscode@OData.Community.Display.V1.FormattedValue"] == "Confirmed"
    must_fail(404, "0x80040217", lambda: records.update(APPOINTMENT, str(uuid.uuid4()), {"punctual_name": "x"}))
    step("changed it; a row that is not there is not made")

    # Labels of choices become numbers by what the metadata says.
    bound = {"punctual_appointment@odata.bind": f"/punctual_appointments({id})"}
    first = records.create(NOTIFICATION, notification(0, punctual_status="Scheduled", **bound))
    assert records.retrieve(NOTIFICATION, first)["punctual_status"] == SCHEDULED
    must_fail(412, "0x80060892", lambda: records.create(NOTIFICATION, notification(0)))
    step("a second row with the same key is refused")

    item = UpsertItem(alternate_key={"punctual_key": "key-1"}, record={"punctual_name": "made"})
    records.upsert(NOTIFICATION, [item])
    records.upsert(NOTIFICATION, [UpsertItem({"punctual_key": "key-1"}, {"punctual_attempts": 1, "punctual_step": "P1D"})])
    found = records.list(NOTIFICATION, filter="punctual_key eq 'key-1'")
    assert [(row["punctual_name"], row["punctual_attempts"]) for row in found] == [("made", 1)], found
    records.upsert(
        NOTIFICATION,
        [UpsertItem({"punctual_key": f"key-{n}"}, notification(n)) for n in (2, 3)],
    )
    step("upserted by key, one and many")

    ids = records.create(NOTIFICATION, [notification(n, **bound) for n in range(4, 9)])
    assert len(ids) == 5
    records.update(NOTIFICATION, ids, {"punctual_status": SENT})
    step("made and changed many at once")

    pages = list(
        records.list_pages(
            NOTIFICATION,
            select=["punctual_key"],
            filter="punctual_attempts ge 2 and not contains(punctual_key,'7')",
            orderby=["punctual_attempts desc"],
            page_size=2,
        )
    )
    keys = [[row["punctual_key"] for row in page] for page in pages]
    assert keys == [["key-8", "key-6"], ["key-5", "key-4"], ["key-3", "key-2"]], keys
    query = client.query.builder(NOTIFICATION).select("punctual_key")
    query = query.where(col("punctual_status").in_([SENT]) & (col("punctual_attempts") > 6))
    assert sorted(row["punctual_key"] for row in query.execute()) == ["key-7", "key-8"]
    expanded = records.retrieve(
        APPOINTMENT, id, expand=["punctual_appointment_notifications($select=punctual_key;$filter=punctual_attempts lt 5)"]
    )
    assert sorted(row["punctual_key"] for row in expanded["punctual_appointment_notifications"]) == ["key-0", "key-4"]
    step("queried with filters, in pages, and with what belongs to a row")

    batch = client.batch.new()
    with batch.changeset() as changes:
        made = changes.records.create(NOTIFICATION, notification(20))
        changes.records.update(NOTIFICATION, made, {"punctual_name": "twenty"})
        changes.records.delete(NOTIFICATION, ids[0])
    batch.records.retrieve(NOTIFICATION, first, select=["punctual_key"])
    result = batch.execute()
    assert not result.has_errors, [item.error_message for item in result.failed]
    assert [item.status_code for item in result.responses] == [204, 204, 204, 200]
    found = records.list(NOTIFICATION, filter="punctual_key eq 'key-20'")
    assert [row["punctual_name"] for row in found] == ["twenty"]

    batch = client.batch.new()
    with batch.changeset() as changes:
        changes.records.create(NOTIFICATION, notification(21))
        changes.records.create(NOTIFICATION, notification(20))
    batch.records.create(NOTIFICATION, notification(22))
    result = batch.execute(continue_on_error=True)
    assert [(item.status_code, item.error_code) for item in result.responses] == [(412, "0x80060892"), (204, None)]
    assert len(records.list(NOTIFICATION, filter="punctual_key eq 'key-21' or punctual_key eq 'key-22'")) == 1
    step("a change set is done as a whole or not at all")

    call("POST", "/faults", {"at": "api.query", "kind": "busy", "retry_after_seconds": 9})
    busy = None
    try:
        records.list(NOTIFICATION, top=1)
    except HttpError as error:
        busy = error
    assert busy.status_code == 429 and busy.is_transient and busy.details["retry_after"] == 9, busy
    assert busy.details["service_request_id"]
    step("a busy service says when to come back")

    info = client.tables.get(NOTIFICATION)
    assert info["primary_id_attribute"] == "punctual_notificationid", info
    keys = client.tables.get_alternate_keys(NOTIFICATION)
    assert [(key.key_attributes, key.status) for key in keys] == [(["punctual_key"], "Active")], keys
    step("the table has its key, and the key's index is active")

    records.delete(NOTIFICATION, first)
    assert records.retrieve(NOTIFICATION, first) is None
    records.delete(NOTIFICATION, ids[1:])
    assert len(records.list(NOTIFICATION, filter="punctual_status eq 749700003")) == 0
    step("deleted one and many")

    # The clock moves past the token's end; the library's own stands still, so it shows the old token.
    call("POST", "/clock", {"advance_seconds": 6000})
    must_fail(401, None, lambda: records.list(NOTIFICATION, top=1))
    step("a token ends")
