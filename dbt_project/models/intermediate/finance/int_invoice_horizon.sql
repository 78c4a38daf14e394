with invoices as (

    select * from {{ ref('int_invoice') }}

),

systems as (

    select
        source_system,
        {{ month_start('max(told_on)') }} as last_period
    from invoices
    group by source_system

),

final as (

    select
        invoices.organization_id,
        min(invoices.period) as first_period,
        max(systems.last_period) as last_period
    from invoices
    inner join systems on invoices.source_system = systems.source_system
    where invoices.disposition = 'counted'
    group by invoices.organization_id

)

select * from final
