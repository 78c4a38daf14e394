with source as (

    select * from {{ source('accepted', 'assessment_scores') }}

),

final as (

    select
        wave,
        {{ wave_start('wave') }} as period,
        dimension_code,
        score_0_100,
        n_raters,
        instrument_version,
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
