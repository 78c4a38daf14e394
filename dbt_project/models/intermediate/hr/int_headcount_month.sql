with stays as (

    select * from {{ ref('int_employment_stay') }}

),

spells as (

    select * from {{ ref('int_employment_spell') }}
    where disposition = 'counted'

),

horizon as (

    select * from {{ ref('int_headcount_horizon') }}

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

-- Everyone adds one in the month of the first day, and takes one away in that of the first day no more; every
-- employment does so with its share of full time.
changes as (

    select
        organization_id,
        {{ month_start('started_on') }} as period,
        1 as change,
        0 as has_left,
        0 as has_left_voluntarily,
        0 as has_left_involuntarily,
        cast(0 as decimal(18, 4)) as fte_change,
        0 as untold_change
    from stays
    union all
    select
        organization_id,
        {{ month_start(shift_days('ended_on', 1)) }} as period,
        -1 as change,
        0 as has_left,
        0 as has_left_voluntarily,
        0 as has_left_involuntarily,
        cast(0 as decimal(18, 4)) as fte_change,
        0 as untold_change
    from stays
    where ended_on is not null
    union all
    select
        organization_id,
        {{ month_start('ended_on') }} as period,
        0 as change,
        1 as has_left,
        case when end_reason = 'voluntary' then 1 else 0 end as has_left_voluntarily,
        case when end_reason = 'involuntary' then 1 else 0 end as has_left_involuntarily,
        cast(0 as decimal(18, 4)) as fte_change,
        0 as untold_change
    from stays
    where is_last_end_of_month
    union all
    select
        organization_id,
        period,
        0 as change,
        0 as has_left,
        0 as has_left_voluntarily,
        0 as has_left_involuntarily,
        cast(0 as decimal(18, 4)) as fte_change,
        0 as untold_change
    from organization_periods
    union all
    select
        organization_id,
        {{ month_start('started_on') }} as period,
        0 as change,
        0 as has_left,
        0 as has_left_voluntarily,
        0 as has_left_involuntarily,
        cast(coalesce(fte_share, 0) as decimal(18, 4)) as fte_change,
        case when is_fte_untold then 1 else 0 end as untold_change
    from spells
    union all
    select
        organization_id,
        {{ month_start(shift_days('ended_on', 1)) }} as period,
        0 as change,
        0 as has_left,
        0 as has_left_voluntarily,
        0 as has_left_involuntarily,
        -cast(coalesce(fte_share, 0) as decimal(18, 4)) as fte_change,
        case when is_fte_untold then -1 else 0 end as untold_change
    from spells
    where ended_on is not null

),

monthly as (

    select
        organization_id,
        period,
        sum(change) as net_change,
        sum(fte_change) as net_fte_change,
        sum(untold_change) as net_untold_change,
        sum(has_left) as n_leavers,
        sum(has_left_voluntarily) as n_voluntary,
        sum(has_left_involuntarily) as n_involuntary
    from changes
    group by organization_id, period

),

running as (

    select
        organization_id,
        period,
        cast(n_leavers as bigint) as n_leavers,
        cast(n_voluntary as bigint) as n_voluntary,
        cast(n_involuntary as bigint) as n_involuntary,
        cast(sum(net_change) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as bigint) as headcount,
        cast(sum(net_fte_change) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as double) as fte,
        sum(net_untold_change) over (
            partition by organization_id order by period rows between unbounded preceding and current row
        ) as n_untold,
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
        case when running.n_untold = 0 then running.fte end as fte,
        case when running.period > horizon.first_period then running.n_leavers end as n_leavers,
        case when running.period > horizon.first_period then running.n_voluntary end as n_voluntary,
        case when running.period > horizon.first_period then running.n_involuntary end as n_involuntary,
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
        fte as fte_numerator,
        12 * n_leavers as attrition_annualised_numerator,
        cast(mean_headcount as double) as attrition_annualised_denominator,
        {{ ratio('12 * n_leavers', 'mean_headcount') }} as attrition_annualised,
        n_leavers as attrition_numerator,
        cast(mean_headcount as double) as attrition_denominator,
        {{ ratio('n_leavers', 'mean_headcount') }} as attrition,
        n_voluntary as attrition_voluntary_numerator,
        cast(mean_headcount as double) as attrition_voluntary_denominator,
        {{ ratio('n_voluntary', 'mean_headcount') }} as attrition_voluntary,
        n_involuntary as attrition_involuntary_numerator,
        cast(mean_headcount as double) as attrition_involuntary_denominator,
        {{ ratio('n_involuntary', 'mean_headcount') }} as attrition_involuntary
    from known

)

select * from final
