with source as (

    select * from {{ source('accepted', 'practices') }}

),

final as (

    select
        response_key,
        practice_code,
        wave,
        {{ wave_start('wave') }} as period,
        is_in_place,
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
