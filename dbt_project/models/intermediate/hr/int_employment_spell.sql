with spells as (

    select * from {{ ref('stg_hr__employment_spells') }}

),

placed as (

    select
        person_key,
        organization_id,
        started_on,
        end_reason,
        fte_share,
        coalesce(ended_on, date '2999-12-31') as last_day_on,
        source_system,
        delivery_id,
        source_line,
        case
            when organization_id is null then 'unmapped'
            when coalesce(worker_type, 'employee') = 'contingent' then 'contingent'
            else 'counted'
        end as disposition
    from spells

),

-- Only spells that count can cover the days of another: the rest lie in partitions of their own.
covered as (

    select
        *,
        max(last_day_on) over (
            partition by disposition, organization_id, person_key
            order by started_on, last_day_on, source_system, delivery_id, source_line
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from placed

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
            partition by disposition, organization_id, person_key
            order by started_on, last_day_on, source_system, delivery_id, source_line
            rows between unbounded preceding and current row
        ) as stay_number
    from flagged

),

final as (

    select
        organization_id,
        person_key,
        case when disposition = 'counted' then cast(stay_number as bigint) end as stay_number,
        started_on,
        nullif(last_day_on, date '2999-12-31') as ended_on,
        end_reason,
        fte_share,
        fte_share is null as is_fte_untold,
        source_system,
        delivery_id,
        source_line,
        disposition
    from numbered

)

select * from final
