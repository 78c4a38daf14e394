with source as (

    select * from {{ source('accepted', 'organizations') }}

),

final as (

    select
        organization_id,
        valid_from,
        valid_to,
        name,
        industry,
        country,
        customer_type,
        employees,
        employees_band,
        parent_organization_id,
        currency,
        fiscal_year_start_month,
        source_system,
        delivery_id,
        source_line,
        source_updated_at
    from source

)

select * from final
