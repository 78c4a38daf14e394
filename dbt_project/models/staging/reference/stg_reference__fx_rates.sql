with source as (

    select * from {{ source('accepted', 'fx_rates') }}

),

final as (

    select
        currency,
        period,
        rate_kind,
        rate_to_reporting,
        source_system,
        delivery_id,
        source_line,
        source_updated_at
    from source

)

select * from final
