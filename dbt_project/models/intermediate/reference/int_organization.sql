with organizations as (

    select * from {{ ref('stg_reference__organizations') }}

),

ranked as (

    select
        *,
        row_number()
            over (partition by organization_id order by valid_from desc, source_line desc, delivery_id asc)
            as version_rank
    from organizations

),

final as (

    select
        organization_id,
        name,
        industry,
        country,
        customer_type,
        cast(employees as bigint) as employees,
        {{ natural_log('employees') }} as log_employees,
        employees_band,
        parent_organization_id,
        currency,
        cast(coalesce(fiscal_year_start_month, {{ var('fiscal_year_start_month') }}) as bigint)
            as fiscal_year_start_month
    from ranked
    where version_rank = 1

)

select * from final
