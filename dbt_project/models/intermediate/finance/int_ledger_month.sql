with ledger_lines as (

    select * from {{ ref('int_ledger_line') }}

),

summed as (

    select
        organization_id,
        period,
        {% for class in ['revenue', 'cost_of_sales'] %}
        {{ decimal_sum(class ~ '_amount') }} as {{ class }},
        {{ count_where("account_class = '" ~ class ~ "' and disposition = 'counted'") }} as n_{{ class }},
        {{ count_where("account_class = '" ~ class ~ "' and disposition <> 'counted'") }}
            as n_{{ class }}_without_rate,
        {% endfor %}
        {{ decimal_sum("case when account_class = 'sales_and_marketing' then reported_amount end") }}
            as sales_and_marketing,
        {{ decimal_sum("case when account_class = 'recruiting' then reported_amount end") }}
            as recruiting,
        {{ decimal_sum("case when disposition = 'counted' then revenue_amount_at_base_rate end") }}
            as revenue_at_base_rates,
        {{ count_where("disposition = 'counted' and revenue_amount_at_base_rate is null") }}
            as n_without_base_rate
    from ledger_lines
    where disposition in ('counted', 'no_average_rate')
    group by organization_id, period

),

-- A month of which all revenue lacks a rate has an unknown revenue, and not one of nought.
known as (

    select
        organization_id,
        period,
        {% for class in ['revenue', 'cost_of_sales'] %}
        case when n_{{ class }} > 0 or n_{{ class }}_without_rate = 0 then {{ class }} end as {{ class }},
        {% endfor %}
        sales_and_marketing,
        recruiting,
        case when n_without_base_rate = 0 then revenue_at_base_rates end as revenue_at_base_rates
    from summed

),

joined as (

    select
        known.organization_id,
        known.period,
        known.revenue,
        known.cost_of_sales,
        known.sales_and_marketing,
        known.recruiting,
        case when known.revenue is not null then known.revenue_at_base_rates end as revenue_at_base_rates,
        base.revenue as base_revenue
    from known
    left join known as base
        on
            known.organization_id = base.organization_id
            and known.period = {{ shift_months('base.period', 12) }}

),

parts as (

    select
        organization_id,
        period,
        revenue as revenue_numerator,
        cast(revenue - base_revenue as decimal(18, 2)) as revenue_growth_numerator,
        base_revenue as revenue_growth_denominator,
        cast(revenue_at_base_rates - base_revenue as decimal(18, 2))
            as revenue_growth_constant_currency_numerator,
        case when revenue_at_base_rates is not null then base_revenue end
            as revenue_growth_constant_currency_denominator,
        cast(revenue - cost_of_sales as decimal(18, 2)) as gross_margin_numerator,
        case when cost_of_sales is not null then revenue end as gross_margin_denominator,
        sales_and_marketing,
        recruiting
    from joined

),

final as (

    select
        *,
        {{ ratio('revenue_growth_numerator', 'revenue_growth_denominator') }} as revenue_growth,
        {{ ratio(
            'revenue_growth_constant_currency_numerator', 'revenue_growth_constant_currency_denominator'
        ) }} as revenue_growth_constant_currency,
        {{ ratio('gross_margin_numerator', 'gross_margin_denominator') }} as gross_margin
    from parts

)

select * from final
