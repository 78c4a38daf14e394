with int_date as (

    select * from {{ ref('int_date') }}

),

final as (

    select
        calendar_day,
        period,
        retail_year,
        retail_quarter,
        retail_month,
        retail_week,
        weeks_of_retail_year
    from int_date
    order by calendar_day

)

select * from final
