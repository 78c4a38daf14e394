with spells as (

    select * from {{ ref('int_employment_spell') }}

),

final as (

    select
        organization_id,
        person_key,
        stay_number,
        min(started_on) as started_on,
        nullif(max(coalesce(ended_on, date '2999-12-31')), date '2999-12-31') as ended_on
    from spells
    where disposition = 'counted'
    group by organization_id, person_key, stay_number

)

select * from final
