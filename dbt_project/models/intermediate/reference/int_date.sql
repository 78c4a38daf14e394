{% set pattern = var('retail_pattern') %}
{% set weeks = [0, 0] if pattern == 'none' else [pattern[0] | int, (pattern[0] | int) + (pattern[2] | int)] %}

with days as (

    select * from {{ ref('int_day') }}

),

years as (

    select * from {{ ref('int_retail_year') }}

),

weeks as (

    select
        days.calendar_day,
        years.retail_year,
        years.n_weeks,
        cast(floor({{ days_between('years.first_day', 'days.calendar_day') }} / 7) + 1 as bigint)
            as retail_week
    from days
    left join years on days.calendar_day between years.first_day and years.last_day

),

-- The week that some years have more is the last of their last month.
quarters as (

    select
        *,
        case when retail_week <= 52 then cast(ceil(retail_week / 13.0) as bigint) when retail_week = 53 then 4 end
            as retail_quarter
    from weeks

),

final as (

    select
        calendar_day,
        {{ month_start('calendar_day') }} as period,
        retail_year,
        retail_quarter,
        3 * (retail_quarter - 1) + case
            when retail_week - 13 * (retail_quarter - 1) <= {{ weeks[0] }} then 1
            when retail_week - 13 * (retail_quarter - 1) <= {{ weeks[1] }} then 2
            else 3
        end as retail_month,
        retail_week,
        n_weeks as weeks_of_retail_year
    from quarters

)

select * from final
