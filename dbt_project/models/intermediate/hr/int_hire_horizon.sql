with hires as (

    select * from {{ ref('int_hire') }}

),

-- Between the first hire of an organisation and the last of its systems a month without hires has none.
systems as (

    select
        source_system,
        max(period) as last_period
    from hires
    group by source_system

),

final as (

    select
        hires.organization_id,
        min(hires.period) as first_period,
        max(systems.last_period) as last_period
    from hires
    inner join systems on hires.source_system = systems.source_system
    where hires.disposition = 'counted'
    group by hires.organization_id

)

select * from final
