-- If this fails, revenue in the marts is not the revenue that was posted: money was lost, doubled, added
-- across currencies or converted at a rate that nobody declared.
with marts as (

    select coalesce(sum(revenue_numerator), 0) as amount from {{ ref('fct_organization_month') }}

),

by_currency as (

    select coalesce(sum(reported_revenue), 0) as amount from {{ ref('fct_revenue_currency') }}

),

rates as (

    select
        currency,
        period,
        min(rate_to_reporting) as rate
    from {{ ref('stg_reference__fx_rates') }}
    where rate_kind = 'average'
    group by currency, period

),

posted as (

    select
        lines.amount,
        case when lines.currency = {{ reporting_currency() }} then 1 else rates.rate end as rate
    from {{ ref('stg_finance__ledger_lines') }} as lines
    left join rates
        on
            lines.currency = rates.currency
            and lines.period = rates.period
    where
        lines.account_class = 'revenue'
        and lines.organization_id is not null

),

ledger as (

    select coalesce(sum({{ in_reporting_currency('amount', exact_rate('rate')) }}), 0) as amount from posted

)

select
    marts.amount as amount_in_marts,
    by_currency.amount as amount_by_currency,
    ledger.amount as amount_in_ledger
from marts
cross join by_currency
cross join ledger
where
    marts.amount <> ledger.amount
    or by_currency.amount <> ledger.amount
