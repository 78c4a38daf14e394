with invoices as (

    select * from {{ ref('stg_finance__invoices') }}

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
        greatest(issued_on, coalesce(cast(source_updated_at as date), issued_on)) as told_on,
        case
            when is_deleted then 'deleted'
            when status in ('draft', 'voided') then 'not_issued'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from invoices

)

select * from final
