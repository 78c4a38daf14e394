with source as (

    select * from {{ source('accepted', 'survey_responses') }}

),

final as (

    select
        response_key,
        survey_type,
        score,
        scale_min,
        scale_max,
        answered_at,
        {{ month_start('answered_at') }} as period,
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
