with int_revenue_currency as (

    select * from {{ ref('int_revenue_currency') }}

),

final as (

    select
        organization_id,
        period,
        currency,
        n_lines,
        revenue,
        cast(rate_to_reporting as double) as rate_to_reporting,
        reported_revenue,
        cast(base_rate_to_reporting as double) as base_rate_to_reporting,
        reported_revenue_at_base_rate
    from int_revenue_currency
    order by organization_id, period, currency

)

select * from final
