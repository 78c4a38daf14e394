"""Writes a made-up Zendesk ticket export of any size. Nothing is measured here.

Use: ``python benchmarks/ingest/make_tickets.py tickets.csv --rows 5000000``
"""

import argparse
from pathlib import Path

SQL = """
copy (
    with drawn as (
        select
            id,
            (hash(id) >> 1)::bigint as h,
            timestamp '2018-01-01' + to_seconds((id * 37) % (6 * 365 * 86400)) as created_at,
            (1 + hash(id, 1) % 4000)::bigint as reply,
            (60 + hash(id, 2) % 20000)::bigint as resolution
        from range({first}, {first} + {rows}) as ids(id)
    )

    select
        id,
        'B' || (h % 400) as brand_id,
        strftime(created_at, '%Y-%m-%dT%H:%M:%SZ') as created_at,
        strftime(created_at + to_minutes(resolution + 60), '%Y-%m-%dT%H:%M:%SZ') as updated_at,
        ['solved', 'closed', 'closed', 'closed', 'open', 'pending', 'hold', 'deleted'][1 + h % 8] as status,
        ['low', 'normal', 'high', 'urgent', null][1 + (h >> 4) % 5] as priority,
        ['email', 'web', 'chat', 'voice', 'twitter', 'facebook', 'instagram_dm', 'api'][1 + (h >> 8) % 8]
            as via_channel,
        ['good', 'bad', 'offered', 'unoffered', null][1 + (h >> 12) % 5] as satisfaction_rating_score,
        strftime(created_at + to_minutes(reply), '%Y-%m-%dT%H:%M:%SZ') as first_response_at,
        reply as reply_time_in_minutes_calendar,
        resolution || '.5' as full_resolution_time_in_minutes_calendar,
        strftime(created_at + to_minutes(resolution), '%Y-%m-%dT%H:%M:%SZ') as solved_at,
        (h >> 16) % 4 as reopens,
        case
            when id % 10 = 0 then 'Order ' || (h % 99991) || ' is late, please help'
            when id % 10 = 1 then 'Broken "starter" kit ' || (h % 99991)
            else 'Order ' || (h % 99991)
        end as subject,
        case when id % 50 = 0 then '[' || (id + 1) || ']' else '[]' end as merged_ticket_ids,
        'c' || (h % 1000003) || '@example.org' as via_source_from_address,
        null as via_source_to_name,
        ['question', 'incident', 'problem', 'task'][1 + (h >> 20) % 4] as type,
        (hash(id, 3) % 900000)::bigint as requester_id,
        (hash(id, 4) % 900)::bigint as assignee_id
    from drawn
    order by id
) to '{path}' (header, delimiter ',')
"""


def write_tickets(path: Path, rows: int, first: int = 1) -> None:
    """Write `rows` tickets from number `first` on: 20 columns, about 190 MB per million."""
    import duckdb  # heavy

    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(SQL.format(rows=rows, first=first, path=str(path).replace("'", "''")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--first", type=int, default=1)
    given = parser.parse_args()
    write_tickets(given.path, given.rows, given.first)


if __name__ == "__main__":
    main()
