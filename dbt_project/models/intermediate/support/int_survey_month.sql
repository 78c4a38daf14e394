with responses as (

    select * from {{ ref('int_survey_response') }}

),

counted as (

    select
        organization_id,
        period,
        {% for code in ['nps', 'enps'] %}
        100 * (
            {{ count_where("survey_type = '" ~ code ~ "' and is_promoter") }}
            - {{ count_where("survey_type = '" ~ code ~ "' and is_detractor") }}
        ) as {{ code }}_numerator,
        {{ count_where("survey_type = '" ~ code ~ "'") }} as {{ code }}_denominator,
        {% endfor %}
        {{ count_where("survey_type = 'engagement' and is_favourable") }} as engagement_numerator,
        {{ count_where("survey_type = 'engagement'") }} as engagement_denominator,
        {{ count_where("survey_type = 'csat' and is_favourable") }} as csat_survey_share_numerator,
        {{ count_where("survey_type = 'csat'") }} as csat_survey_share_denominator
    from responses
    where disposition = 'counted'
    group by organization_id, period

),

-- What few employees answered could be traced to one of them: their number is told, their answers are not.
shown as (

    select
        organization_id,
        period,
        case when nps_denominator > 0 then nps_numerator end as nps_numerator,
        nullif(nps_denominator, 0) as nps_denominator,
        {% for code in ['enps', 'engagement'] %}
        case when {{ code }}_denominator >= {{ var('minimum_group_people') }} then {{ code }}_numerator end
            as {{ code }}_numerator,
        nullif({{ code }}_denominator, 0) as {{ code }}_denominator,
        {% endfor %}
        case when csat_survey_share_denominator > 0 then csat_survey_share_numerator end
            as csat_survey_share_numerator,
        nullif(csat_survey_share_denominator, 0) as csat_survey_share_denominator
    from counted

),

final as (

    select
        *,
        {{ ratio('nps_numerator', 'nps_denominator') }} as nps,
        {{ ratio('enps_numerator', 'enps_denominator') }} as enps,
        {{ ratio('engagement_numerator', 'engagement_denominator') }} as engagement,
        {{ ratio('csat_survey_share_numerator', 'csat_survey_share_denominator') }} as csat_survey_share
    from shown

)

select * from final
