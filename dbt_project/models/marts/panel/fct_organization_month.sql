{% set kpis = [
    'csat_share', 'first_response_minutes', 'ticket_volume', 'win_rate', 'revenue', 'revenue_growth',
    'gross_margin', 'headcount', 'attrition',
] %}

with int_kpi_month as (

    select * from {{ ref('int_kpi_month') }}

),

final as (

    select
        organization_id,
        period,
        {% for kpi in kpis %}
        {{ kpi }}_numerator,
        {{ kpi }}_denominator,
        {{ kpi }},
        {% endfor %}
        reporting_currency,
        integration_index,
        stage
    from int_kpi_month
    order by organization_id, period

)

select * from final
