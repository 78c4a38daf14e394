{% set last_weekday = var('retail_year_end_weekday') %}
{% set slack = {'last': 0, 'nearest': 3}[var('retail_year_end_rule')] %}

with months as (

    select * from {{ ref('int_calendar_month') }}

),

-- A year more at either end: the last days of a calendar year may be of the next retail year.
calendar_years as (

    select calendar_year from months
    union
    select calendar_year - 1 as calendar_year from months
    union
    select calendar_year + 1 as calendar_year from months

),

month_ends as (

    select
        calendar_year,
        {{ shift_days(shift_months(
            "cast(concat(calendar_year, '-" ~ '%02d' % var('retail_year_end_month') ~ "-01') as date)", 1
        ), -1) }} as month_end
    from calendar_years

),

-- The nearest weekday lies at most three days on, so that it is the last one until then.
latest as (

    select
        calendar_year,
        {{ shift_days('month_end', slack) }} as latest_day
    from month_ends

),

ended as (

    select
        calendar_year as retail_year,
        {{ shift_days('latest_day', '-((' ~ weekday('latest_day') ~ ' - ' ~ last_weekday ~ ' + 7) % 7)') }}
            as last_day
    from latest

),

begun as (

    select
        retail_year,
        {{ shift_days('lag(last_day) over (order by retail_year)', 1) }} as first_day,
        last_day
    from ended

),

final as (

    select
        retail_year,
        first_day,
        last_day,
        cast(({{ days_between('first_day', 'last_day') }} + 1) / 7 as bigint) as n_weeks
    from begun
    where first_day is not null and '{{ var("retail_pattern") }}' <> 'none'

)

select * from final
