with ledger_lines as (

    select * from {{ ref('int_ledger_line') }}

),

summed as (

    select
        organization_id,
        period,
        {{ decimal_sum("case when account_class = 'revenue' then amount else 0 end") }} as revenue,
        {{ decimal_sum("case when account_class = 'cost_of_sales' then amount else 0 end") }}
            as cost_of_sales,
        {{ decimal_sum("case when account_class = 'sales_and_marketing' then amount end") }}
            as sales_and_marketing,
        {{ decimal_sum("case when account_class = 'recruiting' then amount end") }}
            as recruiting
    from ledger_lines
    where disposition = 'counted'
    group by organization_id, period

),

joined as (

    select
        summed.organization_id,
        summed.period,
        summed.revenue,
        summed.cost_of_sales,
        summed.sales_and_marketing,
        summed.recruiting,
        base.revenue as base_revenue
    from summed
    left join summed as base
        on
            summed.organization_id = base.organization_id
            and summed.period = {{ shift_months('base.period', 12) }}

),

parts as (

    select
        organization_id,
        period,
        revenue as revenue_numerator,
        cast(revenue - base_revenue as decimal(18, 2)) as revenue_growth_numerator,
        base_revenue as revenue_growth_denominator,
        cast(revenue - cost_of_sales as decimal(18, 2)) as gross_margin_numerator,
        revenue as gross_margin_denominator,
        sales_and_marketing,
        recruiting
    from joined

),

final as (

    select
        *,
        {{ ratio('revenue_growth_numerator', 'revenue_growth_denominator') }} as revenue_growth,
        {{ ratio('gross_margin_numerator', 'gross_margin_denominator') }} as gross_margin
    from parts

)

select * from final
