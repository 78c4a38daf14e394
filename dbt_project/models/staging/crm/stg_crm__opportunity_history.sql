with source as (

    select * from {{ source('accepted', 'opportunity_history') }}

),

final as (

    select
        opportunity_key,
        changed_at,
        {{ month_start('changed_at') }} as period,
        stage,
        status,
        amount,
        currency,
        probability_share,
        coalesce(is_deleted, false) as is_deleted,
        source_system,
        delivery_id,
        source_line,
        source_updated_at,
        unit_key_type,
        unit_key,
        organization_id
    from source

)

select * from final
