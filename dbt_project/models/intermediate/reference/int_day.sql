with months as (

    select * from {{ ref('int_calendar_month') }}

),

days as (

    select {{ day_series('period', 'last_day') }} as day_at
    from months

),

final as (

    select cast(day_at as date) as calendar_day
    from days

)

select * from final
