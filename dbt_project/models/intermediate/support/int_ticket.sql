with tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

timed as (

    select
        *,
        case
            when response_basis = 'calendar'
                then cast(date_diff('second', created_at, first_response_at) / 60.0 as decimal(14, 2))
        end as minutes_between,
        cast(date_diff('second', created_at, solved_at) / 60.0 as decimal(14, 2)) as minutes_to_solution
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
        coalesce(satisfaction in ('good', 'bad', 'offered'), false) as is_rating_asked,
        case
            when response_basis = 'calendar'
                then coalesce(first_response_minutes, minutes_between)
        end as first_response_minutes,
        coalesce(resolution_minutes, minutes_to_solution) as resolution_minutes,
        first_resolution_minutes,
        coalesce(
            office_response_minutes, case when response_basis = 'business' then first_response_minutes end
        ) as first_response_office_minutes,
        office_resolution_minutes as resolution_office_minutes,
        is_social_channel,
        status in ('solved', 'closed') as is_solved,
        coalesce(status in ('solved', 'closed') and solved_at is null, false) as is_solution_untold,
        {{ month_start('solved_at') }} as solved_period,
        case when status in ('solved', 'closed') then {{ month_start('solved_at') }} end as closed_period,
        right(md5(concat(source_system, ':', ticket_key)), 1) in ('0', '2', '4', '6', '8', 'a', 'c', 'e')
            as has_even_key,
        greatest(
            created_at,
            coalesce(solved_at, created_at),
            coalesce(source_updated_at, created_at)
        ) as told_at,
        case
            when is_deleted then 'deleted'
            when merged_into_key is not null then 'merged'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from timed

)

select * from final
