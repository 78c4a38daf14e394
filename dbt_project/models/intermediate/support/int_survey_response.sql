with responses as (

    select * from {{ ref('stg_support__survey_responses') }}

),

final as (

    select
        response_key,
        source_system,
        organization_id,
        period,
        survey_type,
        case when survey_type in ('nps', 'enps') then score >= 9 end as is_promoter,
        case when survey_type in ('nps', 'enps') then score <= 6 end as is_detractor,
        score - scale_min >= 0.75 * (scale_max - scale_min) as is_favourable,
        case
            when organization_id is null then 'unmapped'
            when survey_type in ('nps', 'enps') and (scale_min <> 0 or scale_max <> 10) then 'other_scale'
            else 'counted'
        end as disposition
    from responses

)

select * from final
