with source as (

    select * from {{ source('accepted', 'channel_adoption') }}

),

final as (

    select
        response_key,
        channel,
        wave,
        {{ wave_start('wave') }} as period,
        is_active,
        answered_at,
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
