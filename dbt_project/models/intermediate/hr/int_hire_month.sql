with hires as (

    select * from {{ ref('int_hire') }}

),

ledger as (

    select * from {{ ref('int_ledger_month') }}

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

horizon as (

    select * from {{ ref('int_hire_horizon') }}

),

monthly as (

    select
        organization_id,
        period,
        cast(count(*) as bigint) as n_hires,
        cast(count(days_to_hire) as bigint) as n_timed,
        {{ percentile_of('days_to_hire', 0.5) }} as time_to_hire_days,
        cast(count(days_to_fill) as bigint) as n_filled,
        {{ percentile_of('days_to_fill', 0.5) }} as time_to_fill_days,
        {{ decimal_sum('reported_cost') }} as recorded_cost,
        cast(count(reported_cost) as bigint) as n_costed
    from hires
    where disposition = 'counted'
    group by organization_id, period

),

known as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        monthly.n_timed,
        monthly.time_to_hire_days,
        monthly.n_filled,
        monthly.time_to_fill_days,
        monthly.recorded_cost,
        monthly.n_costed,
        ledger.recruiting,
        coalesce(monthly.n_hires, 0) as n_hires
    from organization_periods
    inner join horizon
        on
            organization_periods.organization_id = horizon.organization_id
            and organization_periods.period >= horizon.first_period
            and organization_periods.period <= horizon.last_period
    left join monthly
        on
            organization_periods.organization_id = monthly.organization_id
            and organization_periods.period = monthly.period
    left join ledger
        on
            organization_periods.organization_id = ledger.organization_id
            and organization_periods.period = ledger.period

),

final as (

    select
        organization_id,
        period,
        n_timed as time_to_hire_days_denominator,
        time_to_hire_days,
        n_filled as time_to_fill_days_denominator,
        time_to_fill_days,
        recruiting as cost_per_hire_numerator,
        case when recruiting is not null then n_hires end as cost_per_hire_denominator,
        {{ ratio('recruiting', 'n_hires') }} as cost_per_hire,
        recorded_cost as cost_per_hire_recorded_numerator,
        n_costed as cost_per_hire_recorded_denominator,
        {{ ratio('recorded_cost', 'n_costed') }} as cost_per_hire_recorded
    from known

)

select * from final
