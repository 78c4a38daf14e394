with tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

final as (

    select
        ticket_key,
        source_system,
        organization_id,
        period,
        satisfaction,
        case
            when response_basis = '{{ var("first_response_basis") }}' then first_response_minutes
        end as first_response_minutes,
        case
            when is_deleted then 'deleted'
            when merged_into_key is not null then 'merged'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from tickets

)

select * from final
