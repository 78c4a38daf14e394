with int_calendar_month as (

    select * from {{ ref('int_calendar_month') }}

),

final as (

    select
        period,
        last_day,
        calendar_year,
        month_of_year,
        quarter_of_year,
        calendar_quarter,
        wave,
        fiscal_year_start_month,
        fiscal_year,
        fiscal_month,
        quarter_of_fiscal_year,
        fiscal_quarter,
        is_observed
    from int_calendar_month
    order by period

)

select * from final
