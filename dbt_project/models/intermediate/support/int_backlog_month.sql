with tickets as (

    select * from {{ ref('int_ticket') }}
    where disposition = 'counted'

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

horizon as (

    select * from {{ ref('int_ticket_horizon') }}

),

-- A ticket adds one when it is opened and takes one away when it is solved; one that is solved nobody knows
-- when makes the backlog unknown from its opening on.
changes as (

    select
        organization_id,
        period,
        1 as change,
        case when is_solution_untold then 1 else 0 end as n_untold
    from tickets
    union all
    select
        organization_id,
        closed_period as period,
        -1 as change,
        0 as n_untold
    from tickets
    where closed_period is not null
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
