with stays as (

    select * from {{ ref('int_employment_stay') }}

),

horizon as (

    select * from {{ ref('int_headcount_horizon') }}

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

-- Everyone adds one in the month of the first day, and takes one away in that of the first day no more.
changes as (

    select
        organization_id,
        {{ month_start('started_on') }} as period,
        1 as change,
        0 as has_left
    from stays
    union all
    select
        organization_id,
        {{ month_start(shift_days('ended_on', 1)) }} as period,
        -1 as change,
        0 as has_left
    from stays
    where ended_on is not null
    union all
    select
        organization_id,
        {{ month_start('ended_on') }} as period,
        0 as change,
        1 as has_left
    from stays
    where ended_on is not null
    union all
    select
        organization_id,
        period,
        0 as change,
        0 as has_left
    from organization_periods

),

monthly as (

    select
        organization_id,
        period,
        sum(change) as net_change,
        sum(has_left) as n_leavers
    from changes
    group by organization_id, period

),

running as (

    select
        organization_id,
        period,
        cast(n_leavers as bigint) as n_leavers,
        cast(sum(net_change) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as bigint) as headcount,
        cast(sum(net_change) over (
            partition by organization_id order by period rows between unbounded preceding and 1 preceding
        ) as bigint) as previous_headcount
    from monthly

),

known as (

    select
        running.organization_id,
        running.period,
        running.headcount,
        case when running.period > horizon.first_period then running.n_leavers end as n_leavers,
        case
            when running.period > horizon.first_period
                then cast(running.headcount + coalesce(running.previous_headcount, 0) as decimal(18, 2)) / 2
        end as mean_headcount
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

),

final as (

    select
        organization_id,
        period,
        headcount as headcount_numerator,
        n_leavers as attrition_numerator,
        cast(mean_headcount as double) as attrition_denominator,
        {{ ratio('n_leavers', 'mean_headcount') }} as attrition
    from known

)

select * from final
