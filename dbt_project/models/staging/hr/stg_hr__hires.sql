with source as (

    select * from {{ source('accepted', 'hires') }}

),

final as (

    select
        requisition_key,
        person_key,
        opened_on,
        applied_on,
        accepted_on,
        {{ month_start('accepted_on') }} as period,
        started_on,
        cost,
        currency,
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
