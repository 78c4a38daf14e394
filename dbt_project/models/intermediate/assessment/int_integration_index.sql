{% set dimensions = {
    'personal': ['skills_training', 'employee_advocacy'],
    'structural': ['leadership_strategy', 'organisation_roles', 'data_tools', 'departmental_reach'],
    'cultural': ['openness_values', 'relationships_audiences'],
} %}

with rater_dimensions as (

    select * from {{ ref('int_rater_dimension') }}

),

stages as (

    select * from {{ ref('instrument_stages') }}

),

-- Decimals are added, then divided as doubles: the order in which rows arrive cannot move a score.
organization_dimensions as (

    select
        organization_id,
        wave,
        period,
        cast(count(distinct case when dimension_score is not null then response_key end) as bigint) as n_raters,
        {% for kind in dimensions.values() %}
        {% for dimension in kind %}
        cast(sum(case when dimension_code = '{{ dimension }}' then dimension_score end) as double)
        / nullif(count(case when dimension_code = '{{ dimension }}' then dimension_score end), 0)
            as {{ dimension }}_score{{ '' if loop.last else ',' }}
        {% endfor %}
        {{ '' if loop.last else ',' }}
        {% endfor %}
    from rater_dimensions
    group by organization_id, wave, period

),

kinds as (

    select
        *,
        {% for kind, members in dimensions.items() %}
        (
            {% for dimension in members %}
            {{ '' if loop.first else '+ ' }}coalesce({{ dimension }}_score, 0)
            {% endfor %}
        ) / nullif(
            {% for dimension in members %}
            {{ '' if loop.first else '+ ' }}case when {{ dimension }}_score is null then 0 else 1 end
            {% endfor %},
            0
        ) as {{ kind }}_score{{ '' if loop.last else ',' }}
        {% endfor %}
    from organization_dimensions

),

-- A missing kind of change leaves the sum, and so the index, unknown.
indexed as (

    select
        *,
        (personal_score + structural_score + cultural_score) / 3 as integration_index
    from kinds

),

final as (

    select
        indexed.organization_id,
        indexed.wave,
        indexed.period,
        indexed.integration_index,
        cast(stages.stage as bigint) as stage,
        stages.stage_code,
        indexed.n_raters,
        indexed.n_raters < {{ var('minimum_raters') }} as is_low_reliability,
        indexed.personal_score,
        indexed.structural_score,
        indexed.cultural_score,
        {% for kind in dimensions.values() %}
        {% set last_kind = loop.last %}
        {% for dimension in kind %}
        indexed.{{ dimension }}_score{{ '' if loop.last and last_kind else ',' }}
        {% endfor %}
        {% endfor %}
    from indexed
    left join stages
        on
            round(indexed.integration_index, 6) >= stages.lower_bound
            and round(indexed.integration_index, 6) < stages.upper_bound

)

select * from final
