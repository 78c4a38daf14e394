with opportunities as (

    select * from {{ ref('int_opportunity') }}

),

counted as (

    select
        organization_id,
        period,
        {{ count_where('is_won') }} as win_rate_numerator,
        cast(count(*) as bigint) as win_rate_denominator
    from opportunities
    where disposition = 'counted'
    group by organization_id, period

),

final as (

    select
        *,
        {{ ratio('win_rate_numerator', 'win_rate_denominator') }} as win_rate
    from counted

)

select * from final
