"""The profile that a user might write for a desk of their own. No assertions."""

from __future__ import annotations

COLUMNS = {"ticket_key": "{from: Ticket}", "created_at": "{from: Opened}", "status": "{from: State}"}
# What the contract asks for and such a desk does not tell.
DEFAULTS = {
    "channel": "{default: email}",
    "is_social_channel": "{cases: [{value: false}]}",
    "is_deleted": "{cases: [{value: false}]}",
}
SPAM = '{when: {State: [spam]}, reason: "state:spam", description: Unwanted mail is no ticket.}'


def our_desk(required: str = "Ticket, Opened, State", refuse: str = "", **columns: str) -> str:
    """YAML of profile `our_desk`; `columns` are written in the language of profiles and join those it has."""
    head = f"""\
name: our_desk
version: "1"
description: Tickets of our own desk
source_system: our_desk
entity: tickets
shape: ui
signature: {{required: [{required}]}}
columns:
"""
    lines = "".join(f"  {name}: {reads}\n" for name, reads in (COLUMNS | columns).items())
    return head + lines + (f"refuse: [{refuse}]\n" if refuse else "")
