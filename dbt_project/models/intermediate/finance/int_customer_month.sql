with invoices as (

    select
        organization_id,
        customer_key,
        period,
        case when amount > 0 then 1 else 0 end as is_sale,
        reported_amount as amount
    from {{ ref('int_invoice') }}
    where disposition = 'counted'

),

horizon as (

    select * from {{ ref('int_invoice_horizon') }}

),

periods as (

    select * from {{ ref('int_period') }}

),

customers as (

    select
        organization_id,
        customer_key,
        min(period) as first_period
    from invoices
    where is_sale = 1
    group by organization_id, customer_key

),

monthly as (

    select
        organization_id,
        customer_key,
        period,
        sum(is_sale) as n_sales,
        sum(amount) as amount
    from invoices
    group by organization_id, customer_key, period

),

-- Every month from the first sale on has a row, so that rows before count months.
known_months as (

    select
        customers.organization_id,
        customers.customer_key,
        customers.first_period,
        periods.period,
        coalesce(monthly.n_sales, 0) as n_sales,
        coalesce(monthly.amount, 0) as amount
    from customers
    inner join horizon on customers.organization_id = horizon.organization_id
    inner join periods
        on
            customers.first_period <= periods.period
            and horizon.last_period >= periods.period
    left join monthly
        on
            customers.organization_id = monthly.organization_id
            and customers.customer_key = monthly.customer_key
            and periods.period = monthly.period

),

final as (

    select
        organization_id,
        customer_key,
        period,
        period = first_period as is_new,
        sum(n_sales) over (
            partition by organization_id, customer_key order by period
            rows between {{ var('customer_carried_months') }} preceding and current row
        ) > 0 as is_active,
        cast(sum(amount) over (
            partition by organization_id, customer_key order by period
            rows between {{ var('customer_carried_months') }} preceding and current row
        ) as decimal(18, 2)) as recent_amount
    from known_months

)

select * from final
