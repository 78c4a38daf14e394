with hires as (

    select * from {{ ref('stg_hr__hires') }}

),

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'average'

),

priced as (

    select
        hires.*,
        {{ rate_to_reporting('hires.currency', 'rates.rate') }} as rate_to_reporting
    from hires
    left join rates
        on
            hires.currency = rates.currency
            and hires.period = rates.period

),

final as (

    select
        requisition_key,
        person_key,
        source_system,
        organization_id,
        period,
        cast(date_diff('day', applied_on, accepted_on) as bigint) as days_to_hire,
        case when accepted_on >= opened_on then cast(date_diff('day', opened_on, accepted_on) as bigint) end
            as days_to_fill,
        cost,
        currency,
        rate_to_reporting,
        {{ in_reporting_currency('cost', 'rate_to_reporting') }} as reported_cost,
        case
            when is_deleted then 'deleted'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from priced

)

select * from final
