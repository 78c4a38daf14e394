with tickets as (

    select * from {{ ref('int_ticket') }}
    where disposition = 'counted'

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

-- What a system last told about any ticket: after that month silence is no news.
systems as (

    select
        source_system,
        {{ month_start('max(told_at)') }} as last_period
    from {{ ref('int_ticket') }}
    group by source_system

),

horizon as (

    select
        tickets.organization_id,
        min(tickets.period) as first_period,
        max(systems.last_period) as last_period
    from tickets
    inner join systems on tickets.source_system = systems.source_system
    group by tickets.organization_id

),

-- A ticket adds one when it is opened and takes one away when it is solved; one that is solved nobody knows
-- when makes the backlog unknown from its opening on.
changes as (

    select
        organization_id,
        period,
        1 as change,
        case when is_solved and solved_period is null then 1 else 0 end as n_untold
    from tickets
    union all
    select
        organization_id,
        solved_period as period,
        -1 as change,
        0 as n_untold
    from tickets
    where
        is_solved
        and solved_period is not null
    union all
    select
        organization_id,
        period,
        0 as change,
        0 as n_untold
    from organization_periods

),

monthly as (

    select
        organization_id,
        period,
        sum(change) as net_change,
        sum(n_untold) as n_untold
    from changes
    group by organization_id, period

),

running as (

    select
        organization_id,
        period,
        cast(sum(net_change) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as bigint) as n_open,
        sum(n_untold) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as n_untold
    from monthly

),

final as (

    select
        running.organization_id,
        running.period,
        running.n_open as backlog_numerator
    from running
    inner join organization_periods
        on
            running.organization_id = organization_periods.organization_id
            and running.period = organization_periods.period
    inner join horizon
        on
            running.organization_id = horizon.organization_id
            and running.period >= horizon.first_period
            and running.period <= horizon.last_period
    where running.n_untold = 0

)

select * from final
