{% set cycle = var('sales_cycle_months') %}
{% set is_declared = cycle != 'none' %}
{% set figures = {
    'marketing_efficiency': ('ledger.revenue_numerator', 'spend.amount'),
    'customer_acquisition_cost': ('ledger.sales_and_marketing', 'customers.new_customers_numerator'),
    'customer_acquisition_cost_marketing': ('spend.amount', 'customers.new_customers_numerator'),
    'customer_acquisition_cost_lagged': ('earlier.sales_and_marketing', 'customers.new_customers_numerator'),
    'ticket_volume_per_customer': ('tickets.ticket_volume_numerator', 'customers.active_customers_numerator'),
} %}

with organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

tickets as (

    select * from {{ ref('int_ticket_month') }}

),

ledger as (

    select * from {{ ref('int_ledger_month') }}

),

customers as (

    select * from {{ ref('int_retention_month') }}

),

spend as (

    select
        organization_id,
        period,
        {{ decimal_sum('reported_amount') }} as amount
    from {{ ref('int_marketing_spend') }}
    where disposition = 'counted'
    group by organization_id, period

),

-- What was spent one sales cycle earlier, under the later month; nothing where no cycle is declared.
earlier as (

    select
        organization_id,
        {{ shift_months('period', cycle if is_declared else 0) }} as period,
        sales_and_marketing
    from ledger
    {% if not is_declared %}
    where false
    {% endif %}

),

-- A part counts only where the other one is known too, so that parts of several months may be added up.
parts as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        spend.amount as marketing_spend_numerator,
        {% for figure, (numerator, denominator) in figures.items() %}
        case when {{ denominator }} is not null then {{ numerator }} end as {{ figure }}_numerator,
        case when {{ numerator }} is not null then {{ denominator }} end as {{ figure }}_denominator,
        {% endfor %}
        cast({{ cycle if is_declared else 'null' }} as bigint) as sales_cycle_months
    from organization_periods
    {% for source in ['tickets', 'ledger', 'earlier', 'customers', 'spend'] %}
    left join {{ source }}
        on
            organization_periods.organization_id = {{ source }}.organization_id
            and organization_periods.period = {{ source }}.period
    {% endfor %}

),

final as (

    select
        *,
    {% for figure in figures %}
    {{ ratio(figure ~ '_numerator', figure ~ '_denominator') }} as {{ figure }}{{ ',' if not loop.last }}
    {% endfor %}
    from parts

)

select * from final
