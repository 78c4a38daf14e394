with source as (

    select * from {{ source('accepted', 'ledger_lines') }}

),

final as (

    select
        entry_key,
        line_number,
        posted_on,
        {{ month_start('posted_on') }} as period,
        account_code,
        account_class,
        amount,
        currency,
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
