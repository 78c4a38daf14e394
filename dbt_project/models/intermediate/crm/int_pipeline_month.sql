with month_ends as (

    select * from {{ ref('int_opportunity_month_end') }}

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

horizon as (

    select * from {{ ref('int_opportunity_horizon') }}

),

summed as (

    select
        organization_id,
        period,
        {{ count_where('not is_known') }} as n_unknown,
        cast(count(*) as bigint) as n_open,
        {{ decimal_sum('reported_amount') }} as open_pipeline,
        {{ decimal_sum('weighted_amount') }} as weighted_pipeline
    from month_ends
    group by organization_id, period

),

-- None open is a pipeline of nought; open ones of which no amount is known are a pipeline that is unknown.
final as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        case when summed.n_open is null then 0 else summed.open_pipeline end as open_pipeline_numerator,
        case when summed.n_open is null then 0 else summed.weighted_pipeline end
            as weighted_pipeline_numerator
    from organization_periods
    inner join horizon
        on
            organization_periods.organization_id = horizon.organization_id
            and organization_periods.period >= horizon.first_period
            and organization_periods.period <= horizon.last_period
    left join summed
        on
            organization_periods.organization_id = summed.organization_id
            and organization_periods.period = summed.period
    where coalesce(summed.n_unknown, 0) = 0

)

select * from final
