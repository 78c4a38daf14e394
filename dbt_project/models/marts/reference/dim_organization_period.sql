with int_fiscal_month as (

    select * from {{ ref('int_fiscal_month') }}

),

final as (

    select
        organization_id,
        period,
        fiscal_year_start_month,
        fiscal_year,
        fiscal_month,
        quarter_of_fiscal_year,
        fiscal_quarter,
        is_observed
    from int_fiscal_month
    order by organization_id, period

)

select * from final
