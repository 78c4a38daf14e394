with spells as (

    select * from {{ ref('int_employment_spell') }}
    where disposition = 'counted'

),

-- The stay ends for the reason of its last contract.
placed as (

    select
        *,
        coalesce(ended_on, date '2999-12-31') as last_day_on,
        row_number() over (
            partition by organization_id, person_key, stay_number
            order by
                coalesce(ended_on, date '2999-12-31') desc,
                started_on desc, source_system desc, delivery_id desc, source_line desc
        ) as place_from_end
    from spells

),

stays as (

    select
        organization_id,
        person_key,
        stay_number,
        min(started_on) as started_on,
        nullif(max(last_day_on), date '2999-12-31') as ended_on,
        max(case when place_from_end = 1 then end_reason end) as end_reason
    from placed
    group by organization_id, person_key, stay_number

),

-- Whoever leaves twice in a month is one person who left, for the reason of the last time.
final as (

    select
        *,
        ended_on is not null and row_number() over (
            partition by organization_id, person_key, {{ month_start('ended_on') }}
            order by ended_on desc, stay_number desc
        ) = 1 as is_last_end_of_month
    from stays

)

select * from final
