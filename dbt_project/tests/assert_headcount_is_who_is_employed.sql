-- If this fails, headcount does not follow from who came and who left, and attrition divides by the
-- wrong people.
with months as (

    select
        organization_id,
        period,
        headcount_numerator
    from {{ ref('fct_organization_month') }}
    where headcount_numerator is not null

),

employed as (

    select
        months.organization_id,
        months.period,
        months.headcount_numerator,
        count(distinct stays.person_key) as n_employed
    from months
    left join {{ ref('int_employment_stay') }} as stays
        on
            months.organization_id = stays.organization_id
            and stays.started_on <= last_day(months.period)
            and (stays.ended_on is null or stays.ended_on >= last_day(months.period))
    group by months.organization_id, months.period, months.headcount_numerator

)

select *
from employed
where headcount_numerator <> n_employed
