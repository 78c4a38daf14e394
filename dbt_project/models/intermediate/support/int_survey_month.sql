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

published as (

    select * from {{ ref('stg_support__published_answers') }}

),

{% for code in ['enps', 'engagement'] %}
{{ code }}_published as (

    select
        organization_id,
        period,
        numerator,
        denominator
    from published
    where kpi_code = '{{ code }}'

),

{% endfor %}
-- What few employees answered could be traced to one of them: their number is told, their answers are not.
-- Nor are those of so few who came since the figure was last shown: two editions together would tell of them.
shown as (

    select
        counted.organization_id,
        counted.period,
        case when counted.nps_denominator > 0 then counted.nps_numerator end as nps_numerator,
        nullif(counted.nps_denominator, 0) as nps_denominator,
        {% for code in ['enps', 'engagement'] %}
        case
            when counted.{{ code }}_denominator < {{ var('minimum_group_people') }} then null
            when
                counted.{{ code }}_numerator <> {{ code }}_published.numerator
                and abs(counted.{{ code }}_denominator - {{ code }}_published.denominator)
                < {{ var('minimum_group_people') }}
                then null
            else counted.{{ code }}_numerator
        end as {{ code }}_numerator,
        nullif(counted.{{ code }}_denominator, 0) as {{ code }}_denominator,
        {% endfor %}
        case when counted.csat_survey_share_denominator > 0 then counted.csat_survey_share_numerator end
            as csat_survey_share_numerator,
        nullif(counted.csat_survey_share_denominator, 0) as csat_survey_share_denominator
    from counted
    {% for code in ['enps', 'engagement'] %}
    left join {{ code }}_published
        on
            counted.organization_id = {{ code }}_published.organization_id
            and counted.period = {{ code }}_published.period
    {% endfor %}

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
