with organizations as (

    select * from {{ ref('stg_reference__organizations') }}

),

followed as (

    select
        *,
        lead(valid_from) over (
            partition by organization_id order by valid_from asc, source_line asc, delivery_id desc
        ) as next_from
    from organizations

),

-- The gate refuses overlaps; days that the file leaves without any version are given to the one before.
final as (

    select
        organization_id,
        valid_from,
        coalesce(next_from, valid_to) as valid_to,
        next_from is null as is_current,
        coalesce(valid_to < next_from, false) as is_prolonged,
        name,
        industry,
        country,
        customer_type,
        cast(employees as bigint) as employees,
        employees_band,
        parent_organization_id,
        currency,
        cast(coalesce(fiscal_year_start_month, {{ var('fiscal_year_start_month') }}) as bigint)
            as fiscal_year_start_month
    from followed

)

select * from final
