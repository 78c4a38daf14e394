-- How sure is each net promoter score, of customers and of employees? The score of each quarter with its
-- number of answers and a 95 % interval.
-- The interval is Wilson's, for the score brought to 0 to 1. It takes the most variation that the score can
-- have, with nobody passive, and is therefore wide rather than narrow.
-- @organization_id Organisation, by the user's own code.
-- @quarter First day of the calendar quarter.
-- @kpi_code nps of customers, enps of employees.
-- @n_answers Answers of the months that are told.
-- @value Promoters less detractors per hundred answers, -100 to 100.
-- @low Lower end of the interval.
-- @high Upper end of the interval.
-- @is_below_minimum_sample The answers are fewer than the minimum sample of the KPI.
with scores as (

    select
        organization_id,
        quarter,
        kpi_code,
        cast(denominator as bigint) as n_answers,
        value,
        is_below_minimum_sample,
        (value / 100 + 1) / 2 as place,
        3.841459 / denominator as z_squared_by_n
    from kpi_by_quarter
    where kpi_code in ('nps', 'enps') and denominator > 0

),

spread as (

    select
        *,
        (place + z_squared_by_n / 2) / (1 + z_squared_by_n) as centre,
        sqrt(z_squared_by_n * (place * (1 - place) + z_squared_by_n / 4)) / (1 + z_squared_by_n) as half
    from scores

),

final as (

    select
        organization_id,
        quarter,
        kpi_code,
        n_answers,
        value,
        200 * (centre - half) - 100 as low,
        200 * (centre + half) - 100 as high,
        is_below_minimum_sample
    from spread

)

select * from final
order by organization_id, quarter, kpi_code
