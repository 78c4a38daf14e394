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
        cast(count(*) as bigint) as ticket_volume_numerator,
        {{ count_where('is_rated') }} as csat_response_share_numerator,
        {{ count_where('is_rating_asked') }} as csat_response_share_denominator,
        cast(count(first_response_minutes) as bigint) as first_response_minutes_median_denominator,
        {{ percentile_of('first_response_minutes', 0.5) }} as first_response_minutes_median,
        cast(count(first_response_minutes) as bigint) as first_response_minutes_p90_denominator,
        {{ percentile_of('first_response_minutes', 0.9) }} as first_response_minutes_p90,
        {{ decimal_sum('resolution_minutes') }} as resolution_minutes_numerator,
        cast(count(resolution_minutes) as bigint) as resolution_minutes_denominator,
        cast(count(resolution_minutes) as bigint) as resolution_minutes_median_denominator,
        {{ percentile_of('resolution_minutes', 0.5) }} as resolution_minutes_median,
        cast(count(resolution_minutes) as bigint) as resolution_minutes_p90_denominator,
        {{ percentile_of('resolution_minutes', 0.9) }} as resolution_minutes_p90,
        {% for minutes in [
            'first_resolution_minutes', 'first_response_office_minutes', 'resolution_office_minutes',
        ] %}
        cast(count({{ minutes }}) as bigint) as {{ minutes }}_median_denominator,
        {{ percentile_of(minutes, 0.5) }} as {{ minutes }}_median,
        {% endfor %}
        cast(count(first_response_office_minutes) as bigint)
            as first_response_office_minutes_p90_denominator,
        {{ percentile_of('first_response_office_minutes', 0.9) }} as first_response_office_minutes_p90,
        {{ count_where("is_social_channel") }} as social_ticket_share_numerator,
        cast(count(is_social_channel) as bigint) as social_ticket_share_denominator,
        {{ count_where("has_even_key") }} as even_key_share_numerator,
        cast(count(*) as bigint) as even_key_share_denominator
    from tickets
    where disposition = 'counted'
    group by organization_id, period

),

final as (

    select
        *,
        {{ ratio('csat_share_numerator', 'csat_share_denominator') }} as csat_share,
        {{ ratio('first_response_minutes_numerator', 'first_response_minutes_denominator') }}
            as first_response_minutes,
        {{ ratio('csat_response_share_numerator', 'csat_response_share_denominator') }}
            as csat_response_share,
        {{ ratio('resolution_minutes_numerator', 'resolution_minutes_denominator') }} as resolution_minutes,
        {{ ratio('social_ticket_share_numerator', 'social_ticket_share_denominator') }}
            as social_ticket_share,
        {{ ratio('even_key_share_numerator', 'even_key_share_denominator') }} as even_key_share
    from counted

)

select * from final
