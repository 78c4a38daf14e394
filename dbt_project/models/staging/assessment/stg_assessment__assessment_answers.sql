with source as (

    select * from {{ source('accepted', 'assessment_answers') }}

),

final as (

    select
        response_key,
        item_code,
        wave,
        {{ wave_start('wave') }} as period,
        instrument_version,
        answer_level,
        answered_at,
        mode,
        respondent_role,
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
