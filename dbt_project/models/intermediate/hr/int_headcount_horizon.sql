with spells as (

    select * from {{ ref('stg_hr__employment_spells') }}

),

-- What a system last told about anyone: after that month silence is no news, and a headcount is unknown.
systems as (

    select
        source_system,
        max(greatest(
            started_on,
            coalesce(ended_on, started_on),
            coalesce(cast(source_updated_at as date), started_on)
        )) as last_told_on
    from spells
    group by source_system

),

final as (

    select
        spells.organization_id,
        {{ month_start('min(spells.started_on)') }} as first_period,
        {{ month_start('max(systems.last_told_on)') }} as last_period
    from spells
    inner join systems on spells.source_system = systems.source_system
    where spells.organization_id is not null
    group by spells.organization_id

)

select * from final
