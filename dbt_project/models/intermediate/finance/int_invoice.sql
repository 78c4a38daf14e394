with invoices as (

    select * from {{ ref('stg_finance__invoices') }}

),

rates as (

    select * from {{ ref('int_fx_rate') }}
    where rate_kind = 'average'

),

priced as (

    select
        invoices.*,
        {{ rate_to_reporting('invoices.currency', 'rates.rate') }} as rate_to_reporting
    from invoices
    left join rates
        on
            invoices.currency = rates.currency
            and invoices.period = rates.period

),

final as (

    select
        invoice_key,
        source_system,
        organization_id,
        period,
        concat(source_system, ':', customer_key) as customer_key,
        amount,
        currency,
        rate_to_reporting,
        {{ in_reporting_currency('amount', 'rate_to_reporting') }} as reported_amount,
        greatest(issued_on, coalesce(cast(source_updated_at as date), issued_on)) as told_on,
        case
            when is_deleted then 'deleted'
            when status in ('draft', 'voided') then 'not_issued'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from priced

)

select * from final
