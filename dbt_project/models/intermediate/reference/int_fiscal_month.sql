with organizations as (

    select * from {{ ref('int_organization') }}

),

months as (

    select * from {{ ref('int_calendar_month') }}

),

-- The calendar in force now holds for the past too, so that one year can be set beside another.
counted as (

    select
        organizations.organization_id,
        months.period,
        months.is_observed,
        organizations.fiscal_year_start_month,
        {{ fiscal_year(
            'months.calendar_year', 'months.month_of_year', 'organizations.fiscal_year_start_month'
        ) }} as fiscal_year,
        {{ fiscal_month('months.month_of_year', 'organizations.fiscal_year_start_month') }} as fiscal_month
    from organizations
    cross join months

),

final as (

    select
        *,
        cast(ceil(fiscal_month / 3.0) as bigint) as quarter_of_fiscal_year,
        concat('FY', fiscal_year, '-Q', cast(ceil(fiscal_month / 3.0) as bigint)) as fiscal_quarter
    from counted

)

select * from final
