{% set segment_types = ['industry', 'employees_band', 'customer_type', 'country'] %}

with kpis as (

    select * from {{ ref('int_kpi') }}
    {{ of_touched_months() }}

),

index_months as (

    select * from {{ ref('int_index_month') }}
    {{ of_touched_months() }}

),

organizations as (

    select * from {{ ref('int_organization') }}

),

subjects as (

    select * from {{ ref('benchmark_subjects') }}

),

known as (

    select
        organization_id,
        period,
        kpi_code,
        value
    from kpis
    where value is not null
    union all
    select
        organization_id,
        period,
        'integration_index' as kpi_code,
        cast(integration_index as double) as value
    from index_months
    where integration_index is not null

),

-- What nobody has declared is taken to be about people: the larger minimum hides more.
described as (

    select
        known.organization_id,
        known.period,
        known.kpi_code,
        known.value,
        cast(
            case
                when coalesce(subjects.is_about_people, true) then {{ var('minimum_group_people') }}
                else {{ var('minimum_group_organizations') }}
            end as bigint
        ) as minimum_group,
        organizations.industry,
        organizations.employees_band,
        organizations.customer_type,
        organizations.country
    from known
    inner join organizations on known.organization_id = organizations.organization_id
    left join subjects on known.kpi_code = subjects.kpi_code

),

final as (

    {% for segment_type in segment_types %}
    select
        organization_id,
        period,
        kpi_code,
        '{{ segment_type }}' as segment_type,
        {{ segment_type }} as segment,
        value,
        minimum_group
    from described
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

)

select * from final
