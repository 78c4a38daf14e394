{% set sides = {'mature': 'is_mature', 'less_mature': 'not is_mature'} %}

with practices as (

    select * from {{ ref('int_practice') }}

),

assessments as (

    select * from {{ ref('int_assessment') }}

),

asked as (

    select * from {{ ref('instrument_practices') }}

),

published as (

    select
        metric,
        cast(value as double) as published_ratio,
        unit as published_relation
    from {{ ref('published_benchmarks') }}
    where segment_type = 'contrast'

),

staged as (

    select
        practices.practice_code,
        practices.organization_id,
        practices.is_in_place,
        assessments.stage >= {{ var('mature_from_stage') }} as is_mature
    from practices
    inner join assessments
        on
            practices.organization_id = assessments.organization_id
            and practices.wave = assessments.wave
    where assessments.stage is not null

),

counted as (

    select
        practice_code,
    {% for side, condition in sides.items() %}
    cast(count(distinct case when {{ condition }} then organization_id end) as bigint)
        as n_organizations_{{ side }},
    {{ count_where(condition) }} as n_{{ side }},
    {{ count_where(condition ~ ' and is_in_place') }} as n_in_place_{{ side }}{{ '' if loop.last else ',' }}
    {% endfor %}
    from staged
    group by practice_code

),

-- A published contrast that no practice of the instrument answers to is kept, so that the gap is seen.
contrasts as (

    select
        coalesce(asked.practice_code, published.metric) as contrast_code,
        asked.practice_code,
        published.metric as published_metric,
        published.published_ratio,
        published.published_relation
    from asked
    full join published on asked.published_metric = published.metric

),

judged as (

    select
        contrasts.contrast_code,
        contrasts.practice_code,
        contrasts.published_metric,
        contrasts.published_ratio,
        contrasts.published_relation,
        contrasts.practice_code is not null
        and (
            coalesce(counted.n_organizations_mature, 0) < {{ var('minimum_group_people') }}
            or coalesce(counted.n_organizations_less_mature, 0) < {{ var('minimum_group_people') }}
        ) as is_suppressed,
        counted.n_organizations_mature,
        counted.n_mature,
        counted.n_in_place_mature,
        counted.n_organizations_less_mature,
        counted.n_less_mature,
        counted.n_in_place_less_mature
    from contrasts
    left join counted on contrasts.practice_code = counted.practice_code

),

shown as (

    select
        contrast_code,
        practice_code,
        published_metric,
        published_ratio,
        published_relation,
        is_suppressed,
        case when not is_suppressed then n_organizations_mature end as n_organizations_mature,
        case when not is_suppressed then n_mature end as n_mature,
        case when not is_suppressed then n_in_place_mature end as n_in_place_mature,
        case when not is_suppressed then n_organizations_less_mature end as n_organizations_less_mature,
        case when not is_suppressed then n_less_mature end as n_less_mature,
        case when not is_suppressed then n_in_place_less_mature end as n_in_place_less_mature
    from judged

),

divided as (

    select
        *,
        {{ ratio('n_in_place_mature', 'n_mature') }} as share_mature,
        {{ ratio('n_in_place_less_mature', 'n_less_mature') }} as share_less_mature
    from shown

),

final as (

    select
        *,
        cast({{ var('minimum_group_people') }} as bigint) as minimum_group,
        {{ ratio('share_mature', 'share_less_mature') }} as risk_ratio
    from divided

)

select * from final
