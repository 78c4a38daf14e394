with source as (

    select * from {{ source('accepted', 'marketing_spend') }}

),

final as (

    select
        spend_key,
        channel,
        spent_on,
        {{ month_start('spent_on') }} as period,
        amount,
        currency,
        spend_source,
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
