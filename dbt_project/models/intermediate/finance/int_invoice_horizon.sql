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

horizon as (

    select
        invoices.organization_id,
        min(invoices.period) as first_period,
        max(systems.last_period) as last_period,
        {{ shift_months('min(invoices.period)', var('customer_carried_months')) }} as first_active_period
    from invoices
    inner join systems on invoices.source_system = systems.source_system
    where invoices.disposition = 'counted'
    group by invoices.organization_id

),

-- Until as many months have passed as make a customer active, nobody can tell a new customer from an old one.
final as (

    select
        organization_id,
        first_period,
        last_period,
        first_active_period,
        {{ shift_months('first_active_period', 1) }} as first_new_period,
        {{ shift_months('first_active_period', 12) }} as first_comparable_period
    from horizon

)

select * from final
