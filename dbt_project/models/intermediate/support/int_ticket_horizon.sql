with tickets as (

    select * from {{ ref('int_ticket') }}

),

-- What a system last told about any ticket: after that month silence is no news.
systems as (

    select
        source_system,
        {{ month_start('max(told_at)') }} as last_period
    from tickets
    group by source_system

),

final as (

    select
        tickets.organization_id,
        min(tickets.period) as first_period,
        max(systems.last_period) as last_period
    from tickets
    inner join systems on tickets.source_system = systems.source_system
    where tickets.disposition = 'counted'
    group by tickets.organization_id

)

select * from final
