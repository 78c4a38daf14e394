with source as (

    select * from {{ source('accepted', 'invoices') }}

),

final as (

    select
        invoice_key,
        customer_key,
        issued_on,
        {{ month_start('issued_on') }} as period,
        amount,
        currency,
        status,
        coalesce(is_deleted, false) as is_deleted,
        source_system,
        delivery_id,
        source_line,
        source_updated_at,
        unit_key_type,
        unit_key,
        organization_id
    from source

)

select * from final
