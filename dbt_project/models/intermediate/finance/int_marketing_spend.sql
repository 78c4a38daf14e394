with spend as (

    select * from {{ ref('stg_finance__marketing_spend') }}

),

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'average'

),

priced as (

    select
        spend.*,
        {{ rate_to_reporting('spend.currency', 'rates.rate') }} as rate_to_reporting
    from spend
    left join rates
        on
            spend.currency = rates.currency
            and spend.period = rates.period

),

final as (

    select
        spend_key,
        source_system,
        organization_id,
        period,
        channel,
        amount,
        currency,
        rate_to_reporting,
        {{ in_reporting_currency('amount', 'rate_to_reporting') }} as reported_amount,
        case
            when organization_id is null then 'unmapped'
            when spend_source <> '{{ var("marketing_spend_source") }}' then 'other_source'
            when rate_to_reporting is null then 'no_average_rate'
            else 'counted'
        end as disposition
    from priced

)

select * from final
