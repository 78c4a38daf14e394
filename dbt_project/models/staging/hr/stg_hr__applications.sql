with source as (

    select * from {{ source('accepted', 'applications') }}

),

final as (

    select
        application_key,
        applied_month,
        {{ month_start('applied_month') }} as period,
        self_identification,
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
