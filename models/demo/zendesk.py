"""Support tickets as Zendesk API exports, one file per year, one brand per organisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.demo.aliases import Booleans, Dates, Floats, Integers, Strings
from models.demo.files import DemoFile, month_of, text_frame, times
from models.demo.reference import Keys
from models.demo.spec import generator
from models.demo.world import LatentWorld

OFFERED_SHARE = 0.9
RATED_SHARE = 0.6
COMMENT_SHARE = 0.2
DELETED_SHARE = 0.01
SOLVED_SHARE = 0.1
UNANSWERED_SHARE = 0.01
REPLY_SPREAD = 0.6
FIRST_TICKET = 100_001
SOCIAL = ("twitter", "facebook", "instagram_dm", "whatsapp")
OTHER = ("email", "web", "chat", "voice")
PRIORITIES = ("low", "normal", "high", "urgent", "")


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets in the order of their creation; every array has shape (tickets,).

    ``cell`` is organisation times months plus month; ``score`` is Zendesk's own word for the rating.
    """

    cell: Integers
    created: Dates
    reply_minutes: Integers
    resolution_minutes: Integers
    status: Strings
    score: Strings


def draw_tickets(world: LatentWorld) -> Tickets:
    """Draw when tickets are opened, how fast they are answered and how they are rated."""
    rng = generator(world.spec, "zendesk")
    season = np.sin(2 * np.pi * world.calendar.month_of_year / 12)
    rate = world.spec.tickets_per_month * (1 + 0.08 * season)
    counts = rng.poisson(np.broadcast_to(rate, world.csat_share.shape))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    created = month_of(rng, world.calendar.months[cell % world.spec.months])
    order = np.argsort(created, kind="stable")
    cell, created = cell[order], created[order]
    n = len(cell)
    reply = _reply_minutes(rng, world.first_response_minutes.ravel()[cell])
    status = np.where(rng.random(n) < SOLVED_SHARE, "solved", "closed").astype("<U8")
    status[rng.random(n) < UNANSWERED_SHARE] = "open"
    score = _satisfaction(rng, world.csat_share.ravel()[cell], status != "open")
    return Tickets(
        cell=cell,
        created=created,
        reply_minutes=reply,
        resolution_minutes=reply + np.rint(rng.lognormal(6.8, 0.8, n)).astype(np.int64),
        status=status,
        score=score,
    )


def ticket_files(world: LatentWorld, keys: Keys) -> list[DemoFile]:
    """Write ``exports/zendesk/tickets_<year>.csv`` by year of creation."""
    rng = generator(world.spec, "zendesk-files")
    tickets = draw_tickets(world)
    n = len(tickets.cell)
    answered = tickets.status != "open"
    solved = tickets.created + (tickets.resolution_minutes * 60).astype("timedelta64[s]")
    later = rng.integers(3600, 5 * 86_400, n).astype("timedelta64[s]")
    updated = np.where(answered, solved + later, tickets.created + np.timedelta64(60, "s"))
    organization = tickets.cell // world.spec.months
    number = FIRST_TICKET + np.cumsum(rng.integers(1, 4, n))
    frame = text_frame(
        {
            "id": number.astype(str),
            "brand_id": np.array(keys.brands)[organization],
            "created_at": times(tickets.created),
            "updated_at": times(updated),
            "status": np.where(rng.random(n) < DELETED_SHARE, "deleted", tickets.status),
            "priority": np.array(PRIORITIES)[rng.integers(0, len(PRIORITIES), n)],
            "type": np.array(["question", "problem", "incident", ""])[rng.integers(0, 4, n)],
            "via_channel": _channel(rng, world.exposure.ravel()[tickets.cell]),
            "subject": "simulated ticket",
            "requester_id": (rng.integers(390_000_000, 399_999_999, n) * 1000).astype(str),
            "group_id": (360_006_000_000 + organization).astype(str),
            "merged_ticket_ids": "[]",
            "satisfaction_rating_score": tickets.score,
            "reply_time_in_minutes_calendar": np.where(answered, tickets.reply_minutes.astype(str), ""),
            "full_resolution_time_in_minutes_calendar": np.where(
                answered, tickets.resolution_minutes.astype(str), ""
            ),
            "solved_at": np.where(answered, times(solved), ""),
            "reopens": rng.poisson(0.08, n).astype(str),
        },
        n,
    )
    year = tickets.created.astype("datetime64[Y]")
    return [
        DemoFile(f"exports/zendesk/tickets_{y}.csv", frame[year == y].reset_index(drop=True))
        for y in np.unique(year)
    ]


def _reply_minutes(rng: np.random.Generator, mean: Floats) -> Integers:
    """Draw whole minutes, log-normal with the given mean (the mean is what the index moves)."""
    minutes = rng.lognormal(np.log(mean) - REPLY_SPREAD**2 / 2, REPLY_SPREAD)
    return np.rint(minutes).astype(np.int64)


def _satisfaction(rng: np.random.Generator, good_share: Floats, answered: Booleans) -> Strings:
    """Draw the score: who is offered, who rates, who is satisfied, who adds a comment."""
    n = len(good_share)
    rating = np.where(rng.random(n) < good_share, "good", "bad")
    rating = np.where(rng.random(n) < COMMENT_SHARE, np.char.add(rating, "_with_comment"), rating)
    score = np.where(rng.random(n) < RATED_SHARE, rating, "offered")
    return np.where(answered & (rng.random(n) < OFFERED_SHARE), score, "unoffered")


def _channel(rng: np.random.Generator, maturity: Floats) -> Strings:
    """Draw the channel; mature organisations are reached over social media more often."""
    n = len(maturity)
    social = np.array(SOCIAL)[rng.integers(0, len(SOCIAL), n)]
    other = np.array(OTHER)[rng.integers(0, len(OTHER), n)]
    return np.where(rng.random(n) < 0.04 + 0.002 * maturity, social, other)
