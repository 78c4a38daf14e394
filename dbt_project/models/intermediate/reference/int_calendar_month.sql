with periods as (

    select * from {{ ref('int_period') }}

),

coverage as (

    select * from {{ ref('int_join_coverage') }}

),

mentioned as (

    select period from periods
    union all
    select period from coverage

),

bounds as (

    select
        min(period) as first_period,
        max(period) as last_period
    from mentioned

),

-- Whole calendar years, so that a quarter or a year of the list never lacks months of its own.
months as (

    select
        {{ month_series(
            "cast(date_trunc('year', first_period) as date)",
            shift_months("cast(date_trunc('year', last_period) as date)", 11),
        ) }} as month_at
    from bounds
    where first_period is not null

),

numbered as (

    select
        cast(month_at as date) as period,
        cast(extract(year from month_at) as bigint) as calendar_year,
        cast(extract(month from month_at) as bigint) as month_of_year,
        {{ fiscal_month('extract(month from month_at)', var('fiscal_year_start_month')) }} as fiscal_month
    from months

),

fiscal as (

    select
        *,
        cast(ceil(month_of_year / 3.0) as bigint) as quarter_of_year,
        cast(ceil(fiscal_month / 3.0) as bigint) as quarter_of_fiscal_year,
        {{ fiscal_year('calendar_year', 'month_of_year', var('fiscal_year_start_month')) }} as fiscal_year
    from numbered

),

final as (

    select
        fiscal.period,
        {{ shift_days(shift_months('fiscal.period', 1), -1) }} as last_day,
        fiscal.calendar_year,
        fiscal.month_of_year,
        fiscal.quarter_of_year,
        concat(fiscal.calendar_year, '-Q', fiscal.quarter_of_year) as calendar_quarter,
        concat(fiscal.calendar_year, '-H', case when fiscal.month_of_year <= 6 then 1 else 2 end) as wave,
        cast({{ var('fiscal_year_start_month') }} as bigint) as fiscal_year_start_month,
        fiscal.fiscal_year,
        fiscal.fiscal_month,
        fiscal.quarter_of_fiscal_year,
        concat('FY', fiscal.fiscal_year, '-Q', fiscal.quarter_of_fiscal_year) as fiscal_quarter,
        periods.period is not null as is_observed
    from fiscal
    left join periods on fiscal.period = periods.period

)

select * from final
