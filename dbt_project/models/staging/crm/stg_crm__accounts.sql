with source as (

    select * from {{ source('accepted', 'accounts') }}

),

final as (

    select
        account_key,
        parent_account_key,
        master_account_key,
        industry,
        employees,
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
