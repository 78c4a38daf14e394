with ledger_lines as (

    select * from {{ ref('int_ledger_line') }}

),

-- Lines without a rate are in no revenue, and are here so that it can be seen what a rate would bring.
final as (

    select
        organization_id,
        period,
        currency,
        max(rate_to_reporting) as rate_to_reporting,
        max(base_rate_to_reporting) as base_rate_to_reporting,
        cast(count(*) as bigint) as n_lines,
        {{ decimal_sum('amount') }} as revenue,
        {{ decimal_sum('revenue_amount') }} as reported_revenue,
        {{ decimal_sum('revenue_amount_at_base_rate') }} as reported_revenue_at_base_rate
    from ledger_lines
    where account_class = 'revenue' and disposition in ('counted', 'no_average_rate')
    group by organization_id, period, currency

)

select * from final
