with int_organization as (

    select * from {{ ref('int_organization') }}

),

final as (

    select
        organization_id,
        name,
        industry,
        country,
        customer_type,
        employees,
        employees_band,
        parent_organization_id,
        currency
    from int_organization
    order by organization_id

)

select * from final
