-- Do organisations further on do better a quarter later? The index in force at the end of a quarter beside
-- each KPI of the quarter after. A comparison as it stands, without the corrections behind analysis.claims.
-- @organization_id Organisation, by the user's own code.
-- @quarter First day of the calendar quarter of the index.
-- @integration_index Index in force in the last month of the quarter that has one, 0 to 100. Unit: points.
-- @stage Stage of integration of that month, 1 to 5.
-- @kpi_code KPI, by its code in dim_kpi.
-- @quarter_after First day of the quarter after, the one of the KPI.
-- @value_after The KPI in that quarter, in the unit of dim_kpi.
-- @n_months_after Months of that quarter in which the KPI is known, 1 to 3.
-- @is_below_minimum_sample The denominator of the KPI lies below its minimum sample: the figure says little.
with indexed as (

    select
        organization_id,
        cast(date_trunc('quarter', period) as date) as quarter,
        max_by(integration_index, period) as integration_index,
        max_by(stage, period) as stage
    from fct_organization_month
    where integration_index is not null
    group by organization_id, cast(date_trunc('quarter', period) as date)

),

final as (

    select
        indexed.organization_id,
        indexed.quarter,
        indexed.integration_index,
        indexed.stage,
        kpis.kpi_code,
        kpis.quarter as quarter_after,
        kpis.value as value_after,
        kpis.n_months as n_months_after,
        kpis.is_below_minimum_sample
    from indexed
    inner join kpi_by_quarter as kpis
        on
            indexed.organization_id = kpis.organization_id
            and cast(indexed.quarter + interval 3 month as date) = kpis.quarter

)

select * from final
order by organization_id, quarter, kpi_code
