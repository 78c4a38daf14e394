{% set cycle = var('sales_cycle_months') %}
{% set is_declared = cycle != 'none' %}

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
        case when spend.amount is not null then ledger.revenue_numerator end
            as marketing_efficiency_numerator,
        case when ledger.revenue_numerator is not null then spend.amount end
            as marketing_efficiency_denominator,
        case when customers.new_customers_numerator is not null then ledger.sales_and_marketing end
            as customer_acquisition_cost_numerator,
        case when ledger.sales_and_marketing is not null then customers.new_customers_numerator end
            as customer_acquisition_cost_denominator,
        case when customers.new_customers_numerator is not null then spend.amount end
            as customer_acquisition_cost_marketing_numerator,
        case when spend.amount is not null then customers.new_customers_numerator end
            as customer_acquisition_cost_marketing_denominator,
        case when customers.new_customers_numerator is not null then earlier.sales_and_marketing end
            as customer_acquisition_cost_lagged_numerator,
        case when earlier.sales_and_marketing is not null then customers.new_customers_numerator end
            as customer_acquisition_cost_lagged_denominator,
        cast({{ cycle if is_declared else 'null' }} as bigint) as sales_cycle_months,
        case when customers.active_customers_numerator is not null then tickets.ticket_volume_numerator end
            as ticket_volume_per_customer_numerator,
        case when tickets.ticket_volume_numerator is not null then customers.active_customers_numerator end
            as ticket_volume_per_customer_denominator
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
        {{ ratio('marketing_efficiency_numerator', 'marketing_efficiency_denominator') }}
            as marketing_efficiency,
        {{ ratio('customer_acquisition_cost_numerator', 'customer_acquisition_cost_denominator') }}
            as customer_acquisition_cost,
        {{ ratio(
            'customer_acquisition_cost_marketing_numerator', 'customer_acquisition_cost_marketing_denominator'
        ) }} as customer_acquisition_cost_marketing,
        {{ ratio(
            'customer_acquisition_cost_lagged_numerator', 'customer_acquisition_cost_lagged_denominator'
        ) }} as customer_acquisition_cost_lagged,
        {{ ratio('ticket_volume_per_customer_numerator', 'ticket_volume_per_customer_denominator') }}
            as ticket_volume_per_customer
    from parts

)

select * from final
