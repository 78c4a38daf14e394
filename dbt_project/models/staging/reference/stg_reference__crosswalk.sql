with source as (

    select * from {{ source('accepted', 'crosswalk') }}

),

final as (

    select
        source_system,
        unit_key_type,
        unit_key,
        valid_from,
        valid_to,
        organization_id,
        delivered_by,
        delivery_id,
        source_line,
        source_updated_at
    from source

)

select * from final
