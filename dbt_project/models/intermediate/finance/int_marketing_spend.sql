with spend as (

    select * from {{ ref('stg_finance__marketing_spend') }}

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
        case
            when organization_id is null then 'unmapped'
            when spend_source <> '{{ var("marketing_spend_source") }}' then 'other_source'
            when currency <> {{ reporting_currency() }} then 'foreign_currency'
            else 'counted'
        end as disposition
    from spend

)

select * from final
