with applications as (

    select * from {{ ref('stg_hr__applications') }}

),

final as (

    select
        application_key,
        source_system,
        organization_id,
        period,
        self_identification in ('under_represented', 'not_under_represented') as is_answered,
        self_identification = 'under_represented' as is_under_represented,
        case
            when is_deleted then 'deleted'
            when organization_id is null then 'unmapped'
            else 'counted'
        end as disposition
    from applications

)

select * from final
