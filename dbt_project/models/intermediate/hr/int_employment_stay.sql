with spells as (

    select * from {{ ref('stg_hr__employment_spells') }}

),

counted as (

    select
        person_key,
        organization_id,
        started_on,
        end_reason,
        coalesce(ended_on, date '2999-12-31') as last_day_on,
        source_system,
        source_line,
        delivery_id
    from spells
    where
        organization_id is not null
        and coalesce(worker_type, 'employee') <> 'contingent'

),

covered as (

    select
        *,
        max(last_day_on) over (
            partition by organization_id, person_key
            order by started_on, last_day_on, source_system, delivery_id, source_line
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from counted

),

-- A new contract from the next day on, or one that overlaps, continues the same stay.
flagged as (

    select
        *,
        case
            when covered_until is null or started_on > {{ shift_days('covered_until', 1) }} then 1
            else 0
        end as begins_stay
    from covered

),

numbered as (

    select
        *,
        sum(begins_stay) over (
            partition by organization_id, person_key
            order by started_on, last_day_on, source_system, delivery_id, source_line
            rows between unbounded preceding and current row
        ) as stay_number
    from flagged

),

-- The stay ends for the reason of its last contract.
placed as (

    select
        *,
        row_number() over (
            partition by organization_id, person_key, stay_number
            order by last_day_on desc, started_on desc, source_system desc, delivery_id desc, source_line desc
        ) as place_from_end
    from numbered

),

final as (

    select
        organization_id,
        person_key,
        cast(stay_number as bigint) as stay_number,
        min(started_on) as started_on,
        nullif(max(last_day_on), date '2999-12-31') as ended_on,
        max(case when place_from_end = 1 then end_reason end) as end_reason
    from placed
    group by organization_id, person_key, stay_number

)

select * from final
