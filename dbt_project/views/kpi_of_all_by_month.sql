-- How did each KPI of all organisations together move from month to month? Made anew from the parts.
-- Medians and percentiles are left out, since those of organisations do not make one of all.
-- @period First day of the month.
-- @kpi_code KPI, by its code in dim_kpi.
-- @name_en Name of the KPI in English.
-- @unit Unit of the figure.
-- @numerator Numerators of the organisations known, added up.
-- @denominator Denominators of the organisations known, added up; one for totals and balances.
-- @value The figure over all organisations known. Empty without a positive denominator.
-- @n_organizations Organisations it is known of; compare months only where this stays alike.
with summed as (

    select
        period,
        kpi_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n_organizations
    from fct_kpi
    where numerator is not null and denominator is not null
    group by period, kpi_code

),

parts as (

    select
        summed.period,
        summed.kpi_code,
        kpis.name_en,
        kpis.unit,
        summed.numerator,
        case when kpis.aggregation = 'ratio' then summed.denominator else 1.0 end as denominator,
        summed.n_organizations
    from summed
    inner join dim_kpi as kpis on summed.kpi_code = kpis.kpi_code

),

final as (

    select
        period,
        kpi_code,
        name_en,
        unit,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        case when denominator > 0 then cast(numerator / denominator as double) end as value,
        n_organizations
    from parts

)

select * from final
order by period, kpi_code
