with source as (

    select * from {{ source('accepted', 'employment_spells') }}

),

final as (

    select
        person_key,
        started_on,
        {{ month_start('started_on') }} as period,
        ended_on,
        end_reason,
        fte_share,
        worker_type,
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
