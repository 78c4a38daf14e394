-- If this fails, revenue in the marts is not the revenue that was posted: money was lost, doubled or
-- added across currencies.
with marts as (

    select coalesce(sum(revenue_numerator), 0) as amount from {{ ref('fct_organization_month') }}

),

ledger as (

    select coalesce(sum(amount), 0) as amount
    from {{ ref('stg_finance__ledger_lines') }}
    where
        account_class = 'revenue'
        and organization_id is not null
        and currency = {{ reporting_currency() }}

)

select
    marts.amount as amount_in_marts,
    ledger.amount as amount_in_ledger
from marts
cross join ledger
where marts.amount <> ledger.amount
