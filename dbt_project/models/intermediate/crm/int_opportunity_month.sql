with opportunities as (

    select
        organization_id,
        period,
        status,
        sales_cycle_days,
        disposition,
        case when currency = {{ reporting_currency() }} then amount end as amount
    from {{ ref('int_opportunity') }}

),

counted as (

    select
        organization_id,
        period,
        {{ count_where("status = 'won'") }} as win_rate_numerator,
        cast(count(*) as bigint) as win_rate_denominator,
        {{ decimal_sum("case when status = 'won' then amount when amount is not null then 0 end") }}
            as win_rate_amount_numerator,
        {{ decimal_sum('amount') }} as win_rate_amount_denominator,
        cast(count(sales_cycle_days) as bigint) as sales_cycle_days_denominator,
        {{ percentile_of('sales_cycle_days', 0.5) }} as sales_cycle_days
    from opportunities
    where disposition = 'counted'
    group by organization_id, period

),

final as (

    select
        *,
        {{ ratio('win_rate_numerator', 'win_rate_denominator') }} as win_rate,
        {{ ratio('win_rate_amount_numerator', 'win_rate_amount_denominator') }} as win_rate_amount
    from counted

)

select * from final
