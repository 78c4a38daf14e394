with tickets as (

    select * from {{ ref('int_ticket') }}

),

counted as (

    select
        organization_id,
        period,
        {{ count_where('is_rated_good') }} as csat_share_numerator,
        {{ count_where('is_rated') }} as csat_share_denominator,
        {{ decimal_sum('first_response_minutes') }} as first_response_minutes_numerator,
        cast(count(first_response_minutes) as bigint) as first_response_minutes_denominator,
        cast(count(*) as bigint) as ticket_volume_numerator
    from tickets
    where disposition = 'counted'
    group by organization_id, period

),

final as (

    select
        *,
        {{ ratio('csat_share_numerator', 'csat_share_denominator') }} as csat_share,
        {{ ratio('first_response_minutes_numerator', 'first_response_minutes_denominator') }}
            as first_response_minutes
    from counted

)

select * from final
