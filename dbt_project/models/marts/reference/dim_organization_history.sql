with int_organization_version as (

    select * from {{ ref('int_organization_version') }}

),

final as (

    select
        organization_id,
        valid_from,
        valid_to,
        is_current,
        is_prolonged,
        name,
        industry,
        country,
        customer_type,
        employees,
        employees_band,
        parent_organization_id,
        currency,
        fiscal_year_start_month
    from int_organization_version
    order by organization_id, valid_from

)

select * from final
