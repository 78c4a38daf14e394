with hires as (

    select * from {{ ref('stg_hr__hires') }}

),

final as (

    select
        requisition_key,
        person_key,
        source_system,
        organization_id,
        period,
        cast(date_diff('day', applied_on, accepted_on) as bigint) as days_to_hire,
        case when accepted_on >= opened_on then cast(date_diff('day', opened_on, accepted_on) as bigint) end
            as days_to_fill,
        case
            when is_deleted then 'deleted'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from hires

)

select * from final
