with source as (

    select * from {{ source('accepted', 'ledger_periods') }}

),

final as (

    select
        line_number,
        file,
        delivery_id,
        source_system,
        entity,
        cast(period as date) as period,
        currency,
        fate,
        n_rows,
        cast(amount as decimal(18, 2)) as amount,
        n_amount_unknown
    from source

)

select * from final
