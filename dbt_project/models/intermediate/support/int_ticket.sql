with tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

timed as (

    select
        *,
        case
            when response_basis = 'calendar'
                then cast(date_diff('second', created_at, first_response_at) / 60.0 as decimal(14, 2))
        end as minutes_between
    from tickets

),

final as (

    select
        ticket_key,
        source_system,
        organization_id,
        period,
        satisfaction,
        coalesce(satisfaction = 'good', false) as is_rated_good,
        coalesce(satisfaction in ('good', 'bad'), false) as is_rated,
        case
            when response_basis = '{{ var("first_response_basis") }}'
                then coalesce(first_response_minutes, minutes_between)
        end as first_response_minutes,
        case
            when is_deleted then 'deleted'
            when merged_into_key is not null then 'merged'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from timed

)

select * from final
