-- How sure is each share and each net promoter score of one month, given how many were counted?
-- 95 % intervals (Wilson 1927). A net promoter score has the widest that its mean allows, that of nobody
-- answering 7 or 8 (Bhatia and Davis 2000). Each ticket, deal or person is taken to speak for itself; figures
-- that are no part of a count are left out.
-- @organization_id Organisation, by the user's own code.
-- @period First day of the month.
-- @kpi_code KPI, by its code in dim_kpi.
-- @name_en Name of the KPI in English.
-- @unit Unit of figure and interval.
-- @n How many were counted.
-- @value The figure. Empty when unknown.
-- @low Lower end of the interval.
-- @high Upper end of the interval.
with counted as (

    select
        facts.organization_id,
        facts.period,
        facts.kpi_code,
        kpis.name_en,
        kpis.unit,
        facts.denominator as n,
        facts.value,
        -- A score from -100 to 100 as a share of the way from the one end to the other.
        case when kpis.unit = 'points' then -100 else 0 end as lowest,
        case when kpis.unit = 'points' then 200 else 1 end as reach
    from fct_kpi as facts
    inner join dim_kpi as kpis on facts.kpi_code = kpis.kpi_code
    where
        facts.denominator > 0
        and facts.kpi_code in (
            'csat_share', 'csat_response_share', 'social_ticket_share', 'csat_survey_share', 'nps', 'enps',
            'engagement', 'win_rate', 'customer_retention', 'customer_churn', 'applicant_diversity',
            'applicant_answer_share'
        )

),

shares as (

    select
        *,
        (value - lowest) / reach as share,
        pow(1.959963984540054, 2) / n as widening
    from counted

),

ends as (

    select
        *,
        (share + widening / 2) / (1 + widening) as middle,
        sqrt(widening * (share * (1 - share) + widening / 4)) / (1 + widening) as half
    from shares

),

final as (

    select
        organization_id,
        period,
        kpi_code,
        name_en,
        unit,
        n,
        value,
        -- Rounded, so that no end lies beyond the scale by the last digit of a double.
        round(lowest + reach * (middle - half), 12) as low,
        round(lowest + reach * (middle + half), 12) as high
    from ends

)

select * from final
order by organization_id, period, kpi_code
