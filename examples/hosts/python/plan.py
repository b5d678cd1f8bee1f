"""Plans an appointment's reminders with plugin-core, run by wasmtime.

    python plan.py COMPONENT APPOINTMENT NOW
"""
import json
import sys
from datetime import datetime, timedelta, timezone

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Core:
    """The component's functions, called as `core(interface, function, …)`. It imports nothing, so nothing is linked."""

    def __init__(self, path):
        engine = Engine()
        self.store = Store(engine)
        self.instance = Linker(engine).instantiate(self.store, Component.from_file(engine, path))

    def __call__(self, interface, function, *arguments):
        found = None
        for name in (f"punctual:reminders/{interface}@0.1.0", function):
            found = self.instance.get_export_index(self.store, name, found)
        return self.instance.get_func(self.store, found)(self.store, *arguments)


def record(**fields):
    made = Record()
    made.__dict__.update(fields)
    return made


def refuse(problems):
    if problems:
        sys.exit("\n".join(f"{problem.field}: {problem.detail}" for problem in problems))


def main(component, appointment, now):
    core = Core(component)
    now = (datetime.fromisoformat(now.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)
    with open(appointment, "rb") as file:
        draft = file.read()
    changes = core("events", "read-draft", draft)
    refuse(changes.payload if changes.tag == "err" else [])
    appointment = core("events", "merge", json.loads(draft)["id"], None, changes.payload, now).dated.appointment
    refuse(core("events", "check-appointment", appointment))
    policy = core("events", "read-policy", "").payload  # empty: the default, which is never wrong
    person = record(blocks=record(email=None, sms=None), others=[])
    planned = core("planning", "plan", appointment, policy, person, now)
    times = [EPOCH + timedelta(milliseconds=getattr(each, "due-at")) for each in planned]
    shown = [{"channel": each.channel, "due_at": f"{time:%Y-%m-%dT%H:%M:%SZ}", "id": each.id, "step": each.step,
              "reason": each.skip and each.skip.replace("-", "_"), "skipped": each.skip is not None}
             for each, time in zip(planned, times)]
    print(json.dumps(shown, indent=2, sort_keys=True))


main(*sys.argv[1:])
