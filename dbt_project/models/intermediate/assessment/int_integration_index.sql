{% set members = {
    'personal': ['skills_training', 'employee_advocacy'],
    'structural': ['leadership_strategy', 'organisation_roles', 'data_tools', 'departmental_reach'],
    'cultural': ['openness_values', 'relationships_audiences'],
} %}
{% set dimensions = members['personal'] + members['structural'] + members['cultural'] %}

with rater_dimensions as (

    select * from {{ ref('int_rater_dimension') }}

),

ready as (

    select * from {{ ref('int_ready_dimension') }}

),

stages as (

    select * from {{ ref('instrument_stages') }}

),

-- Decimals are added, then divided as doubles: the order in which rows arrive cannot move a score.
from_answers as (

    select
        organization_id,
        wave,
        period,
        {% for dimension in dimensions %}
        {{ exact_mean("case when dimension_code = '" ~ dimension ~ "' then dimension_score end") }}
            as {{ dimension }}_score,
        {% endfor %}
        cast(
            count(distinct case when dimension_score is not null then row(source_system, response_key) end)
            as bigint
        ) as n_raters,
        'answers' as score_basis
    from rater_dimensions
    group by organization_id, wave, period

),

-- Ready scores speak only where an organisation has no answers in the wave: the two are never mixed.
from_ready_scores as (

    select
        ready.organization_id,
        ready.wave,
        ready.period,
        {% for dimension in dimensions %}
        max(
            case when ready.dimension_code = '{{ dimension }}' then ready.dimension_score end
        ) as {{ dimension }}_score,
        {% endfor %}
        max(ready.n_raters) as n_raters,
        'ready_scores' as score_basis
    from ready
    left join from_answers
        on
            ready.organization_id = from_answers.organization_id
            and ready.wave = from_answers.wave
    where from_answers.organization_id is null
    group by ready.organization_id, ready.wave, ready.period

),

organization_dimensions as (

    select * from from_answers
    union all
    select * from from_ready_scores

),

kinds as (

    select
        *,
        {{ mean_of_present(members['personal'], '_score') }} as personal_score,
        {{ mean_of_present(members['structural'], '_score') }} as structural_score,
        {{ mean_of_present(members['cultural'], '_score') }} as cultural_score
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
        indexed.score_basis,
        {% for dimension in dimensions %}
        indexed.{{ dimension }}_score,
        {% endfor %}
        indexed.personal_score,
        indexed.structural_score,
        indexed.cultural_score
    from indexed
    left join stages
        on
            round(indexed.integration_index, 6) >= stages.lower_bound
            and round(indexed.integration_index, 6) < stages.upper_bound

)

select * from final
