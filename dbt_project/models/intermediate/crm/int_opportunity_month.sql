with opportunities as (

    select * from {{ ref('int_opportunity') }}

),

counted as (

    select
        organization_id,
        period,
        {{ count_where('is_won') }} as win_rate_numerator,
        cast(count(*) as bigint) as win_rate_denominator,
        {{ decimal_sum('won_amount') }} as win_rate_amount_numerator,
        {{ decimal_sum('reported_amount') }} as win_rate_amount_denominator,
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
