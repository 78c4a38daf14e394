-- What was each KPI in each quarter? Made anew from numerators and denominators, never a mean of monthly
-- figures: totals are added up, ratios divided anew, balances taken at the last month known.
-- Medians and percentiles are left out, since those of months do not make one of a quarter.
-- @organization_id Organisation, by the user's own code.
-- @quarter First day of the calendar quarter.
-- @kpi_code KPI, by its code in dim_kpi.
-- @numerator Numerators of the months known, added up; of a balance the last one.
-- @denominator Denominators of the months known, added up; one for totals and balances.
-- @value The figure in the unit of dim_kpi. Empty without a positive denominator.
-- @n_months Months of the quarter that are known, 1 to 3; below 3 a total is too low.
-- @is_below_minimum_sample The denominator lies below the minimum sample of the KPI: the figure says little.
with known as (

    select
        organization_id,
        kpi_code,
        cast(date_trunc('quarter', period) as date) as quarter,
        period,
        numerator,
        denominator
    from fct_kpi
    where numerator is not null and denominator is not null

),

summed as (

    select
        organization_id,
        quarter,
        kpi_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max_by(numerator, period) as last_numerator,
        count(*) as n_months
    from known
    group by organization_id, quarter, kpi_code

),

parts as (

    select
        summed.organization_id,
        summed.quarter,
        summed.kpi_code,
        case
            when kpis.aggregation = 'balance' then summed.last_numerator
            else summed.numerator
        end as numerator,
        case when kpis.aggregation = 'ratio' then summed.denominator else 1.0 end as denominator,
        summed.n_months,
        kpis.minimum_sample
    from summed
    inner join dim_kpi as kpis on summed.kpi_code = kpis.kpi_code

),

final as (

    select
        organization_id,
        quarter,
        kpi_code,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        case when denominator > 0 then cast(numerator / denominator as double) end as value,
        n_months,
        denominator < minimum_sample as is_below_minimum_sample
    from parts

)

select * from final
order by organization_id, quarter, kpi_code
