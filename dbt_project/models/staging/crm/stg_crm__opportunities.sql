with source as (

    select * from {{ source('accepted', 'opportunities') }}

),

final as (

    select
        opportunity_key,
        account_key,
        created_at,
        closed_on,
        {{ month_start('closed_on') }} as period,
        status,
        amount,
        currency,
        probability_share,
        opportunity_type,
        lead_source,
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
