with opportunities as (

    select * from {{ ref('int_opportunity') }}

),

-- What a system last told about any opportunity: after that month silence is no news.
systems as (

    select
        source_system,
        {{ month_start('max(told_on)') }} as last_period
    from opportunities
    group by source_system

),

final as (

    select
        opportunities.organization_id,
        min(opportunities.created_period) as first_period,
        max(systems.last_period) as last_period
    from opportunities
    inner join systems on opportunities.source_system = systems.source_system
    where opportunities.disposition in ('counted', 'open')
    group by opportunities.organization_id

)

select * from final
