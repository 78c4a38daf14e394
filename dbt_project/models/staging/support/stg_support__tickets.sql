with source as (

    select * from {{ source('accepted', 'tickets') }}

),

final as (

    select
        ticket_key,
        created_at,
        {{ month_start('created_at') }} as period,
        first_response_at,
        first_response_minutes,
        response_basis,
        solved_at,
        resolution_minutes,
        first_resolution_minutes,
        office_response_minutes,
        office_resolution_minutes,
        status,
        channel,
        is_social_channel,
        priority,
        satisfaction,
        reopens,
        merged_into_key,
        coalesce(is_deleted, false) or coalesce(status = 'deleted', false) as is_deleted,
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
