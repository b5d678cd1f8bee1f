"""Reads a calendar file from standard input and says in its own words what stands in it."""

import sys

from icalendar import Calendar

calendar = Calendar.from_ical(sys.stdin.buffer.read())
print(calendar["VERSION"], calendar["METHOD"], [part.name for part in calendar.walk()])
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    for name in ("UID", "SEQUENCE", "SUMMARY", "DESCRIPTION", "CLASS", "STATUS"):
        print(name, repr(str(event[name])) if name in event else "none")
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        print(name, event.decoded(name).isoformat() if name in event else "none")
